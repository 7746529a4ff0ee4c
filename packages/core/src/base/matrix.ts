import { InputError } from './errors.ts';

/** A dense matrix of single-precision numbers, row-major: element (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/**
 * A matrix over `data`, which is kept, not copied; zeros when it is left out.
 * @throws InputError when the length is not rows · cols
 */
export function matrix(rows: number, cols: number, data: Float32Array = new Float32Array(rows * cols)): Matrix {
  if (data.length !== rows * cols) {
    throw new InputError(`matrix: got ${data.length} numbers, expected ${rows} × ${cols} = ${rows * cols}`);
  }
  return { data, rows, cols };
}

/**
 * A matrix from rows of numbers.
 * @throws InputError when the rows differ in length
 */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const cols = rows.length === 0 ? 0 : rows[0].length;
  const out = matrix(rows.length, cols);
  rows.forEach((row, i) => {
    if (row.length !== cols) throw new InputError(`matrix: row ${i} has ${row.length} numbers, expected ${cols}`);
    out.data.set(row, i * cols);
  });
  return out;
}

/** Row i, as a view into the matrix. */
export function row(x: Matrix, i: number): Float32Array {
  return x.data.subarray(i * x.cols, (i + 1) * x.cols);
}

/** The rows with the given indices, copied. */
export function takeRows(x: Matrix, indices: ArrayLike<number>): Matrix {
  const out = matrix(indices.length, x.cols);
  for (let i = 0; i < indices.length; i++) out.data.set(row(x, indices[i]), i * x.cols);
  return out;
}

/**
 * Checks that every value is finite.
 * @param what  how the message names the matrix
 * @throws InputError that names the first bad row and column, counted from 0, and says how many there are
 */
export function checkFinite(x: Matrix, what: string): void {
  const { data, cols } = x;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    let count = 0;
    for (let j = i; j < data.length; j++) if (!Number.isFinite(data[j])) count++;
    throw new InputError(
      `${what}: value ${data[i]} in row ${Math.floor(i / cols)}, column ${i % cols}` +
        `${count > 1 ? ` (and ${count - 1} more)` : ''}; expected finite numbers: remove or fill such rows first`,
      { code: 'not-finite', details: { row: Math.floor(i / cols), column: i % cols, count } },
    );
  }
}
