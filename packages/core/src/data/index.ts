export { readRows, rowsOf, columnNamed } from './dataset.ts';
export type { Column, Dataset, Medium, Rows } from './dataset.ts';
export { bytesSource } from './source.ts';
export type { ByteSource, ImageData8, ImageDecoder } from './source.ts';
