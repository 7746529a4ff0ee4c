/** Comma-, tab- or semicolon-separated text as a table, read in chunks by Papa Parse's own record parser. */
import Papa from 'papaparse';
import { FormatError } from '../../base/index.ts';
import { numberOf } from '../profile.ts';
import type { ByteStream } from '../stream.ts';
import type { Table } from '../table.ts';
import { excerpt, textChunks } from '../text.ts';

/** A record that is longer is taken for an unclosed quote. */
const MAX_RECORD = 32 * 2 ** 20;
const DELIMITERS = [',', '\t', ';', '|'];
/** Records looked at to tell delimiter and header. */
const SNIFFED = 50;

interface Records {
  data: string[][];
  errors: { code: string; message: string; row?: number }[];
  meta: { cursor: number };
}

export interface CsvOptions {
  delimiter?: string;
  /** whether the first line has the names; by default it is told from the first lines */
  header?: boolean;
}

/**
 * @throws FormatError with name and line: fields that are too many or too few, a quote that isn't closed, not text
 */
export async function csvTable(stream: ByteStream, { delimiter, header }: CsvOptions = {}): Promise<Table> {
  const { name } = stream;
  const head = await sniff(stream, delimiter ?? (/\.(tsv|tab)$/i.test(name) ? '\t' : undefined));
  const hasHeader = header ?? looksLikeHeader(head.records);
  const [first] = head.records;
  const names = uniqueNames(first.map((field, i) => (hasHeader ? field.trim() : '') || `column ${i + 1}`));
  return {
    name,
    names,
    textual: true,
    place: (row) => `row ${row} (line ${row + (hasHeader ? 2 : 1)})`,
    async scan(visit) {
      const columns = names.map((_, c) => c);
      let seen = 0;
      let skip = hasHeader;
      for await (const { data, line } of recordBlocks(stream, head.delimiter)) {
        const kept: string[][] = [];
        for (let r = 0; r < data.length; r++) {
          const fields = data[r];
          if (isBlank(fields, names.length)) continue;
          if (skip) {
            skip = false;
            continue;
          }
          if (fields.length !== names.length) throw ragged(name, lineOf(data, r, line), fields, names.length);
          kept.push(fields);
        }
        visit({ first: seen, count: kept.length, columns, cell: (r, c) => kept[r][c] });
        seen += kept.length;
      }
    },
  };
}

/** A line with nothing on it is passed over, unless a table of one column means a missing value by it. */
function isBlank(fields: readonly string[], width: number): boolean {
  return fields.length === 1 && fields[0] === '' && width !== 0;
}

function ragged(name: string, line: number, fields: readonly string[], expected: number): FormatError {
  return new FormatError(
    `${name}: line ${line} has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, expected ${expected}: ${excerpt(fields.join(','))}`,
    { code: 'ragged', details: { name, line, fields: fields.length, expected } },
  );
}

/** Whole records, as they come; `line` is that of the first, counted from 1. */
async function* recordBlocks(
  stream: ByteStream,
  delimiter: string,
): AsyncGenerator<{ data: string[][]; line: number }> {
  let held = '';
  let line = 1;
  // a record that goes on is tried again when twice as much is there
  let wanted = 0;
  const parser = (): { parse(text: string, at: number, ignoreLast: boolean): Records } =>
    new Papa.Parser({ delimiter, newline: '\n' } as never) as never;
  for await (const chunk of textChunks(stream)) {
    held += chunk;
    if (held.length < wanted || !held.includes('\n')) continue;
    const { data, errors, meta } = parser().parse(held, 0, true);
    refuseQuotes(stream.name, line, data, errors, true);
    if (data.length > 0) yield { data, line };
    line += countLines(held, meta.cursor);
    held = held.slice(meta.cursor);
    wanted = meta.cursor === 0 ? held.length * 2 : 0;
    if (held.length > MAX_RECORD) {
      throw new FormatError(`${stream.name}: the record on line ${line} does not end; is a quote not closed?`, {
        details: { name: stream.name, line },
      });
    }
  }
  if (held === '') return;
  const { data, errors } = parser().parse(held, 0, false);
  refuseQuotes(stream.name, line, data, errors, false);
  if (data.length > 0) yield { data, line };
}

function refuseQuotes(name: string, line: number, data: string[][], errors: Records['errors'], more: boolean): void {
  const error = errors.find(({ code }) => code === 'InvalidQuotes' || (code === 'MissingQuotes' && !more));
  if (!error) return;
  const at = lineOf(data, Math.min(error.row ?? 0, data.length), line);
  const why = error.code === 'MissingQuotes' ? 'a quote is opened and not closed' : 'text follows a closing quote';
  throw new FormatError(`${name}: line ${at}: ${why}`, { details: { name, line: at } });
}

/** Line of record r: quoted fields may have line ends in them. */
function lineOf(data: readonly string[][], r: number, line: number): number {
  let at = line;
  for (let i = 0; i < r; i++) {
    at++;
    for (const field of data[i]) if (field.includes('\n')) at += countLines(field, field.length);
  }
  return at;
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The first records and the delimiter that splits them most evenly. */
async function sniff(stream: ByteStream, asked?: string): Promise<{ delimiter: string; records: string[][] }> {
  let text = '';
  for await (const chunk of textChunks(stream)) {
    text += chunk;
    if (countLines(text, text.length) > SNIFFED || text.length > MAX_RECORD) break;
  }
  if (text.trim() === '') {
    throw new FormatError(`${stream.name} is empty`, { code: 'empty', details: { name: stream.name, offset: 0 } });
  }
  let best = { delimiter: asked ?? ',', records: [] as string[][], score: -1 };
  for (const delimiter of asked ? [asked] : DELIMITERS) {
    const { data } = Papa.parse<string[]>(text, { delimiter, newline: '\n', preview: SNIFFED, skipEmptyLines: true });
    const widths = data.map((fields) => fields.length);
    const even = widths.filter((width) => width === widths[0]).length / Math.max(widths.length, 1);
    const score = widths[0] > 1 ? even : 0;
    if (score > best.score) best = { delimiter, records: data, score };
  }
  if (best.records.length === 0) {
    throw new FormatError(`${stream.name} has no records`, {
      code: 'empty',
      details: { name: stream.name, offset: 0 },
    });
  }
  return best;
}

/**
 * Whether the first line has names: no numbers in it, or only row numbers as some tools name columns; and none of its
 * fields comes again below it, as a value would.
 */
export function looksLikeHeader(records: readonly string[][]): boolean {
  const [first, ...rest] = records;
  const numbers = first.map((field) => numberOf(field));
  const numeric = numbers.filter((number) => number !== undefined);
  if (numeric.length > 0) {
    const from = numeric[0];
    const counting = (from === 0 || from === 1) && numeric.every((number, i) => number === from + i);
    const below = rest[0]?.map((field) => numberOf(field)).filter((number) => number !== undefined) ?? [];
    return counting && numeric.length > 2 && below.some((number, i) => number !== numeric[i]);
  }
  if (rest.length === 0) return false;
  return !first.some((field, c) => field !== '' && rest.some((fields) => fields[c] === field));
}

/** Empty names get a number, repeated ones too. */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let k = 2; seen.has(unique); k++) unique = `${name} ${k}`;
    seen.add(unique);
    return unique;
  });
}
