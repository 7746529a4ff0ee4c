/**
 * JSON and JSON lines as tables: an array of objects or of arrays; an object of columns ({ name: [...] }); or
 * { columns: [names], data: [rows] }. JSON lines has an object or an array a line and is read in chunks.
 */
import { FormatError } from '../../base/index.ts';
import { readAll } from '../stream.ts';
import type { ByteStream } from '../stream.ts';
import type { Cell, Table } from '../table.ts';
import { excerpt, textChunks } from '../text.ts';

/** JSON is parsed whole: beyond this much text it has to come as lines. */
const MAX_BYTES = 512 * 2 ** 20 - 32;
const MAX_LINE = 64 * 2 ** 20;
/** Rows handed on at a time. */
const BLOCK_ROWS = 1024;

type Row = Record<string, unknown> | unknown[];

/** @throws FormatError with name and, where the engine tells it, offset */
export async function jsonTable(stream: ByteStream): Promise<Table> {
  const { name } = stream;
  if (stream.byteLength > MAX_BYTES) {
    throw new FormatError(
      `${name} has ${stream.byteLength} bytes of JSON, at most ${MAX_BYTES} can be read; save it as .jsonl or Parquet`,
      {
        code: 'too-large',
        details: { name, limit: MAX_BYTES },
      },
    );
  }
  const text = new TextDecoder().decode(await readAll(stream));
  if (text.trim() === '') throw new FormatError(`${name} is empty`, { code: 'empty', details: { name, offset: 0 } });
  const rows = rowsOfJson(parse(text, name, 'position'), name);
  const names = new NameList();
  return {
    name,
    names: names.list,
    textual: false,
    place: (row) => `row ${row}`,
    scan(visit) {
      for (let at = 0; at < rows.length; at += BLOCK_ROWS)
        visitRows(rows.slice(at, at + BLOCK_ROWS), at, names, name, visit);
      return Promise.resolve();
    },
  };
}

/** @throws FormatError with name and line */
export function jsonLinesTable(stream: ByteStream): Table {
  const { name } = stream;
  const names = new NameList();
  return {
    name,
    names: names.list,
    textual: false,
    place: (row) => `row ${row} (line ${row + 1})`,
    async scan(visit) {
      let seen = 0;
      let rows: Row[] = [];
      for await (const { text, line } of lines(stream)) {
        const row = parse(text, name, `line ${line}`);
        if (typeof row !== 'object' || row === null) {
          throw new FormatError(`${name}: line ${line} is ${excerpt(text)}, expected an object or an array`, {
            details: { name, line },
          });
        }
        if (rows.push(row as Row) < BLOCK_ROWS) continue;
        visitRows(rows, seen, names, name, visit);
        seen += rows.length;
        rows = [];
      }
      visitRows(rows, seen, names, name, visit);
      if (seen + rows.length === 0)
        throw new FormatError(`${name} is empty`, { code: 'empty', details: { name, offset: 0 } });
    },
  };
}

async function* lines(stream: ByteStream): AsyncGenerator<{ text: string; line: number }> {
  let held = '';
  let line = 0;
  for await (const chunk of textChunks(stream)) {
    const parts = (held + chunk).split('\n');
    held = parts.pop()!;
    for (const text of parts) {
      line++;
      if (text.trim()) yield { text, line };
    }
    if (held.length > MAX_LINE) {
      throw new FormatError(`${stream.name}: line ${line + 1} has more than ${MAX_LINE} characters`, {
        code: 'too-large',
        details: { name: stream.name, line: line + 1 },
      });
    }
  }
  if (held.trim()) yield { text: held, line: line + 1 };
}

function parse(text: string, name: string, where: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (cause) {
    const quoted = reviver ? text : quoteBareNaN(text);
    if (quoted !== text) return parse(quoted, name, where, unquote);
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, ' ') : String(cause);
    const offset = Number(/position (\d+)/.exec(why)?.[1] ?? text.length);
    throw new FormatError(`${name} is not JSON${where === 'position' ? '' : ` on ${where}`}: ${why.slice(0, 160)}`, {
      details: { name, offset, ...(where.startsWith('line') && { line: Number(where.slice(5)) }) },
      cause,
    });
  }
}

/** Python writes NaN and Infinity bare, which is not JSON; they are read, so that they can be named by row and column. */
function quoteBareNaN(text: string): string {
  return text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found[0] === '"' ? found : `"\\u0000${found}"`,
  );
}

function unquote(_: string, value: unknown): unknown {
  return typeof value === 'string' && /^\0-?(NaN|Infinity)$/.test(value) ? Number(value.slice(1)) : value;
}

/** Any of the known layouts → an array of rows. */
function rowsOfJson(json: unknown, name: string): Row[] {
  const bad = (why: string): FormatError => new FormatError(`${name}: ${why}`, { details: { name, offset: 0 } });
  if (Array.isArray(json)) {
    if (json.length === 0) throw new FormatError(`${name} is empty`, { code: 'empty', details: { name, offset: 0 } });
    // an array of plain values is one column
    if (json.every((value) => typeof value !== 'object' || value === null)) return json.map((value) => [value]);
    const wrong = json.findIndex((row) => typeof row !== 'object' || row === null);
    if (wrong >= 0)
      throw bad(`item ${wrong} is ${excerpt(String(json[wrong]))}, expected an object or an array as the others`);
    return json as Row[];
  }
  if (typeof json !== 'object' || json === null) throw bad('expected an array of rows or an object of columns');
  const record = json as Record<string, unknown>;
  if (Array.isArray(record.data) && Array.isArray(record.columns)) {
    const names = record.columns.map(String);
    return record.data.map((row: unknown, i) => {
      if (!Array.isArray(row) || row.length !== names.length)
        throw bad(`row ${i} of data does not fit ${names.length} columns`);
      return Object.fromEntries(names.map((key, c) => [key, row[c]]));
    });
  }
  const nested = record.columns ?? record.data;
  if (nested !== undefined && typeof nested === 'object' && Object.keys(record).length === 1)
    return rowsOfJson(nested, name);
  const columns = Object.entries(record);
  if (columns.length === 0 || !columns.every(([, values]) => Array.isArray(values))) {
    throw bad('expected an array of rows, or an object in which each key is a column with its array of values');
  }
  const arrays = columns as [string, unknown[]][];
  const n = arrays[0][1].length;
  for (const [key, values] of arrays) {
    if (values.length !== n) throw bad(`column ${key} has ${values.length} values, column ${arrays[0][0]} has ${n}`);
  }
  return Array.from({ length: n }, (_, i) => Object.fromEntries(arrays.map(([key, values]) => [key, values[i]])));
}

/** Names of columns as they are met. */
class NameList {
  readonly list: string[] = [];
  /** cells met so far, over all scans */
  filled = 0;
  readonly #index = new Map<string, number>();

  indexOf(name: string): number {
    let index = this.#index.get(name);
    if (index === undefined) {
      index = this.list.push(name) - 1;
      this.#index.set(name, index);
    }
    return index;
  }
}

/** A key that is new in every row makes a table of nothing but gaps: few cells, or at least one in so many filled. */
const FREE_CELLS = 2 ** 22;
const MAX_GAPS = 64;

function visitRows(
  rows: readonly Row[],
  first: number,
  names: NameList,
  name: string,
  visit: Parameters<Table['scan']>[0],
): void {
  if (rows.length === 0) return;
  const cells: Cell[][] = rows.map((row, r) => {
    if (Array.isArray(row)) {
      return row.map((value, c) => {
        names.indexOf(`column ${c + 1}`);
        return cellOf(value, name, first + r);
      });
    }
    const out: Cell[] = [];
    for (const [key, value] of Object.entries(row)) out[names.indexOf(key)] = cellOf(value, name, first + r);
    return out;
  });
  const { length } = names.list;
  for (const row of cells) names.filled += row.reduce<number>((count) => count + 1, 0);
  const implied = length * (first + rows.length);
  if (implied > FREE_CELLS && implied > names.filled * MAX_GAPS) {
    throw new FormatError(
      `${name} has ${length} different keys by row ${first + rows.length}, most of them missing in most rows; expected a table`,
      { code: 'too-large', details: { name, row: first + rows.length, columns: length } },
    );
  }
  const columns = names.list.map((_, c) => c);
  visit({ first, count: rows.length, columns, cell: (r, c) => cells[r][c] });
}

/** A value of JSON as a cell: an array of numbers is a vector, any other object its text. */
function cellOf(value: unknown, name: string, row: number): Cell {
  if (typeof value !== 'object' || value === null) return value as Cell;
  if (Array.isArray(value)) {
    const numbers = value.flat(3) as unknown[];
    if (numbers.every((item) => typeof item === 'number')) return numbers;
    if (numbers.every((item) => typeof item === 'number' || item === null)) {
      const at = numbers.indexOf(null);
      throw new FormatError(`${name}: the vector in row ${row} has no number at ${at}`, { details: { name, row, at } });
    }
  }
  return JSON.stringify(value);
}
