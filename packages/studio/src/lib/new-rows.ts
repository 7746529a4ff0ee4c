/** Rows that a map was not made of. */
import type { Matrix } from '@portolan/core/base';
import type { Column } from '@portolan/core/data';

export interface NewRows {
  rows: Matrix;
  /** the column of labels, where there is one of that name */
  label: Column | null;
}

/** The codes that the map's own column has for the same categories, −1 for others. */
export function codesAs(own: Column | null, other: Column | undefined): Int32Array | null {
  if (own?.type !== 'category' || other?.type !== 'category') return null;
  const codes = new Map(other.categories.map((name, code) => [name, code]));
  return own.codes.map((code) => codes.get(own.categories[code]) ?? -1);
}
