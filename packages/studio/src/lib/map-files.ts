/** The kinds of file that a map is saved as, apart from what writes them. */
export const MAP_FILES = ['html', 'csv', 'parquet', 'npy', 'projector'] as const;
export type MapFile = (typeof MAP_FILES)[number];
