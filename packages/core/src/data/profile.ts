/** What a column holds, learned in one pass over its cells; from it follows the column's type. */
import { FormatError } from '../base/index.ts';
import type { Cell, Table } from './table.ts';

/** What one cell is. */
export type CellKind = 'missing' | 'number' | 'boolean' | 'time' | 'text' | 'vector';

export interface Profile {
  name: string;
  counts: Record<CellKind, number>;
  /** rows where each kind was first seen */
  first: Partial<Record<CellKind, number>>;
  /** of the numbers and of the items of vectors */
  min: number;
  max: number;
  integers: boolean;
  /** each number one more than the one before, from 0 or 1: a row number */
  counting: boolean;
  /** first number that is NaN or infinite */
  notFinite?: { row: number; value: number; at?: number };
  /** length of the vectors */
  length?: number;
}

/** Goes once through the table. */
export async function profileTable(table: Table): Promise<{ profiles: Profile[]; nRows: number }> {
  const profiles: Profile[] = [];
  let nRows = 0;
  await table.scan(({ first, count, columns, cell }) => {
    nRows = Math.max(nRows, first + count);
    for (const c of columns) profiles[c] ??= emptyProfile(table.names[c]);
    for (let r = 0; r < count; r++) {
      for (const c of columns) addCell(profiles[c], cell(r, c), first + r, table);
    }
  });
  table.names.forEach((name, c) => {
    const profile = (profiles[c] ??= emptyProfile(name));
    const seen = Object.values(profile.counts).reduce((sum, n) => sum + n, 0);
    if (seen < nRows) profile.counts.missing += nRows - seen;
  });
  return { profiles, nRows };
}

function emptyProfile(name: string): Profile {
  const counts = { missing: 0, number: 0, boolean: 0, time: 0, text: 0, vector: 0 };
  return { name, counts, first: {}, min: Infinity, max: -Infinity, integers: true, counting: true };
}

function addCell(profile: Profile, cell: Cell, row: number, table: Table): void {
  const number = numberOf(cell);
  const kind = number === undefined ? kindOf(cell) : 'number';
  if (profile.counts[kind]++ === 0) profile.first[kind] = row;
  if (number !== undefined) {
    addNumber(profile, number, row);
    if (number !== row && number !== row + 1) profile.counting = false;
  } else if (kind === 'vector') {
    const vector = cell as ArrayLike<number>;
    profile.length ??= vector.length;
    if (vector.length !== profile.length) {
      throw new FormatError(
        `${table.name}: ${table.place(row)} has a vector of ${vector.length} numbers in column ${profile.name}, expected ${profile.length}`,
        { code: 'ragged', details: { name: table.name, row, column: profile.name } },
      );
    }
    for (let i = 0; i < vector.length; i++) addNumber(profile, Number(vector[i]), row, i);
  }
}

function addNumber(profile: Profile, value: number, row: number, at?: number): void {
  if (!Number.isFinite(value)) {
    profile.notFinite ??= { row, value, at };
    return;
  }
  if (value < profile.min) profile.min = value;
  if (value > profile.max) profile.max = value;
  if (profile.integers && !Number.isInteger(value)) profile.integers = false;
}

const MISSING = new Set(['', 'NA', 'N/A', 'n/a', 'null', 'NULL', 'None', '<NA>']);
const NOT_FINITE = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
]);
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** The number in a cell, or undefined when there is none; text counts when it reads as a decimal number. */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell !== 'string') return undefined;
  const short = smallInteger(cell);
  if (short >= 0) return short;
  const value = +cell;
  if (Number.isNaN(value)) return cell.length > 9 ? undefined : NOT_FINITE.get(cell.trim().toLowerCase());
  const first = cell.charCodeAt(0);
  // +'' and +' ' are 0, and +'0x10' is 16
  if (value === 0 && cell.trim() === '') return undefined;
  return first === 48 && cell.length > 1 && cell.charCodeAt(1) > 70 && cell.charCodeAt(1) !== 101 ? undefined : value;
}

/** Up to four digits, as pixels are, without the general parser; −1 for any other text. */
function smallInteger(text: string): number {
  const { length } = text;
  if (length === 0 || length > 4) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Milliseconds since 1970 of a date, or of an ISO 8601 text (UTC unless it says otherwise); NaN for anything else. */
export function timeOf(cell: Cell): number {
  if (cell instanceof Date) return cell.getTime();
  if (typeof cell !== 'string' || !ISO_TIME.test(cell)) return NaN;
  const iso = cell.replace(' ', 'T');
  return Date.parse(iso.length > 10 && !/Z|[+-]\d{2}:?\d{2}$/.test(iso.slice(11)) ? `${iso}Z` : iso);
}

export function isMissing(cell: Cell): boolean {
  return cell === null || cell === undefined || (typeof cell === 'string' && MISSING.has(cell.trim()));
}

function kindOf(cell: Cell): CellKind {
  if (isMissing(cell)) return 'missing';
  if (typeof cell === 'boolean') return 'boolean';
  if (cell instanceof Date) return 'time';
  if (typeof cell === 'object') return 'vector';
  return Number.isNaN(timeOf(cell)) ? 'text' : 'time';
}
