/**
 * Tables, whatever file they came from. A table can be scanned more than once: the first scan learns what each column
 * holds, the second puts the values in their final place, so that memory is the data's own size and no more.
 */

/** What stands in a cell; arrays are vectors. */
export type Cell = string | number | bigint | boolean | Date | null | undefined | ArrayLike<number>;

/** Some rows of some columns: `cell(r, c)` is row `first + r` of column `c`. */
export interface CellBlock {
  first: number;
  count: number;
  /** the columns that are in this block */
  columns: readonly number[];
  cell(r: number, c: number): Cell;
}

export interface Table {
  readonly name: string;
  /** names of the columns; whole after the first scan */
  readonly names: readonly string[];
  /** goes through all cells, in any order of blocks, the rows of a column in order */
  scan(visit: (block: CellBlock) => void): Promise<void>;
  /** how a message names a row, counted from 0: `row 3 (line 5)` */
  place(row: number): string;
  /** numbers in text need no quotes: every cell of a csv is text */
  readonly textual: boolean;
}
