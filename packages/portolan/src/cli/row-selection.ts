/** Which rows are meant: `--rows 1,5,10-20`, `--where "digit=3"`, or both. */
import { InputError, columnValue } from '@portolan/core';
import type { Column, ItemInfo } from '@portolan/core';
import type { Flag } from './arguments.ts';
import { UsageError } from './usage-error.ts';
import { textFlag } from './verb.ts';
import type { Context } from './verb.ts';

export const ROW_FLAGS: readonly Flag[] = [
  { name: 'rows', value: 'N,N-N,…', summary: 'only these rows, counted from 0' },
  {
    name: 'where',
    value: 'CONDITION',
    summary: 'only rows whose column fits: "digit=3", "digit=3,5", "digit!=3", "age>=30"',
  },
];

/** @returns undefined when all are meant */
export async function selectedRows(context: Context, item: ItemInfo): Promise<Uint32Array | undefined> {
  const rows = textFlag(context, 'rows');
  const where = textFlag(context, 'where');
  if (rows === undefined && where === undefined) return undefined;
  const n = await countOf(context, item);
  let chosen = rows === undefined ? Uint32Array.from({ length: n }, (_, i) => i) : rowNumbers(rows, n, item.id);
  if (where !== undefined) {
    const condition = parseCondition(where);
    const data = item.kind === 'data' ? item.id : item.data;
    const [column] = await context.project.columns({ data, names: [condition.column] });
    if (lengthOf(column) !== n) {
      throw new InputError(`the column ${column.name} of ${data} has ${lengthOf(column)} rows, ${item.id} has ${n}`);
    }
    chosen = chosen.filter((row) => holds(condition, columnValue(column, row)));
  }
  if (chosen.length === 0) throw new InputError('no row fits', { code: 'empty' });
  return chosen;
}

async function countOf({ project }: Context, item: ItemInfo): Promise<number> {
  if (item.kind === 'data') return item.nSamples;
  return (item.kind === 'map' ? await project.coordinates({ map: item.id }) : await project.codes({ space: item.id }))
    .rows;
}

/** `1,5,10-20` */
export function rowNumbers(text: string, n: number, of: string): Uint32Array {
  const rows: number[] = [];
  for (const part of text.split(',')) {
    const [, from, to = from] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (from === undefined || Number(to) < Number(from)) {
      throw new UsageError(`--rows has ${JSON.stringify(part)}, expected row numbers such as 1,5,10-20`);
    }
    if (Number(to) >= n) throw new InputError(`row ${to} was asked for, and ${of} has ${n}: 0 to ${n - 1}`);
    for (let row = Number(from); row <= Number(to); row++) rows.push(row);
  }
  return Uint32Array.from(rows);
}

export interface Condition {
  column: string;
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=';
  values: string[];
}

/** @throws UsageError unless it reads `COLUMN operator VALUE` */
export function parseCondition(text: string): Condition {
  const [, column, operator, value] = /^\s*([^=!<>]+?)\s*(!=|<=|>=|=|<|>)\s*(.+?)\s*$/s.exec(text) ?? [];
  if (column === undefined) {
    throw new UsageError(`--where is ${JSON.stringify(text)}, expected a column, one of = != < <= > >= and a value`);
  }
  const ordered = operator !== '=' && operator !== '!=';
  if (ordered && orderOf(value) === undefined) {
    throw new UsageError(`--where compares ${column} with ${JSON.stringify(value)}, expected a number or a date`);
  }
  const values = ordered ? [value] : value.split(',').map((part) => part.trim());
  return { column, operator: operator as Condition['operator'], values };
}

/** A missing value fits nothing but `!=`. */
export function holds({ operator, values }: Condition, value: string | number | null): boolean {
  if (operator === '=' || operator === '!=') {
    const among = value !== null && values.some((wanted) => wanted === String(value) || Number(wanted) === value);
    return among === (operator === '=');
  }
  const own = value === null ? undefined : orderOf(value);
  const limit = orderOf(values[0])!;
  if (own === undefined) return false;
  return { '<': own < limit, '<=': own <= limit, '>': own > limit, '>=': own >= limit }[operator];
}

/** A number, or the milliseconds of a date. */
function orderOf(value: string | number): number | undefined {
  const number = Number(value);
  if (Number.isFinite(number) && String(value).trim() !== '') return number;
  const date = /^\d{4}-\d\d/.test(String(value)) ? Date.parse(String(value)) : NaN;
  return Number.isNaN(date) ? undefined : date;
}

const lengthOf = (column: Column): number => (column.type === 'category' ? column.codes.length : column.values.length);
