/**
 * Tables of word vectors: `.vec` and GloVe's `.txt` (a word and its numbers a line, parted by blanks; word2vec and
 * fastText write a first line with how many there are and how long), and word2vec's `.bin` (that line, then each word,
 * a blank, and its numbers as float32).
 *
 * A word may have blanks in it (GloVe's `. . .`): the last numbers of a line are its vector, what is before them its
 * word. A table without words, as NumPy's `savetxt` writes it, is read as well.
 * @see Mikolov et al. 2013, word2vec.c; Pennington, Socher & Manning 2014
 */
import { FormatError } from '../../base/index.ts';
import type { Found } from '../assemble.ts';
import type { Column } from '../dataset.ts';
import { numberOf } from '../profile.ts';
import { readerOf } from '../stream.ts';
import type { ByteStream } from '../stream.ts';
import { excerpt } from '../text.ts';
import { textLines } from './text.ts';

/** `3000000 300`: how many words, how many numbers each. */
const HEADER = /^\s*(\d{1,9})[ \t]+(\d{1,6})\s*$/;
const MAX_WORD_BYTES = 4096;
/** Fewer numbers after a word are a sentence with years in it rather than a vector. */
const FEWEST_NUMBERS = 4;
/** The first four bytes of a model that fastText keeps whole. */
const FASTTEXT_MAGIC = 793712314;

/** What the first lines say. */
interface Shape {
  /** words announced; undefined without a first line of that kind */
  count?: number;
  dim: number;
  /** whether lines begin with a word */
  words: boolean;
}

/**
 * What the lines at the beginning of a text make: a table of word vectors, numbers parted by blanks, or neither.
 * @param cut  whether the text goes on after its last letter, so that the last line, if there are more, is left out
 */
export function wordVectorsHead(text: string, cut: boolean): Shape | undefined {
  const lines = text.split(/\r\n?|\n/);
  const isPart = cut && lines.filter((line) => line.trim() !== '').length <= 2;
  if (cut && !isPart) lines.pop();
  const filled = lines.filter((line) => line.trim() !== '').slice(0, 20);
  const rows = filled.map((line) => fieldsOf(line));
  if (rows.length === 0) return undefined;
  // a line cut off may end inside a number
  if (isPart && rows.at(-1)!.length > 2) rows.at(-1)!.pop();
  const header = HEADER.exec(filled[0]);
  if (header && rows.length > 1) {
    const [count, dim] = [Number(header[1]), Number(header[2])];
    const fits = (fields: string[]): boolean =>
      isPart ? fields.slice(1).every(isNumber) : fields.length > dim && fields.slice(-dim).every(isNumber);
    if (dim > 0 && rows.slice(1).filter(fits).length * 2 >= rows.length - 1) return { count, dim, words: true };
  }
  const wide = commonest(rows.map((fields) => fields.length));
  const usual = rows.filter((fields) => fields.length === wide);
  if (usual.length * 2 < rows.length || wide < 2) return undefined;
  if (rows.length > 1 && usual.every((fields) => fields.every(isNumber))) return { dim: wide, words: false };
  const fit = usual.filter((fields) => fields.slice(1).every(isNumber));
  return wide > FEWEST_NUMBERS && fit.length * 2 > rows.length ? { dim: wide - 1, words: true } : undefined;
}

function commonest(lengths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((best, other) => (other[1] > best[1] ? other : best))[0];
}

/** Whether the bytes begin as word2vec's binary table does. */
export function isWordVectorsBinary(head: Uint8Array, byteLength: number): boolean {
  const end = head.subarray(0, 32).indexOf(10);
  if (end < 3) return false;
  const header = HEADER.exec(String.fromCharCode(...head.subarray(0, end)));
  if (!header) return false;
  const [count, dim] = [Number(header[1]), Number(header[2])];
  if (dim === 0 || byteLength < end + 1 + Math.min(count, 1) * (4 * dim + 2)) return false;
  const blank = head.indexOf(32, end + 1);
  if (blank < 0 || blank === end + 1) return false;
  // the numbers of a text are digits, points, signs and blanks
  return head
    .subarray(blank, Math.min(blank + 1 + 4 * dim, head.length))
    .some((byte) => byte !== 10 && byte !== 13 && (byte < 32 || byte > 126));
}

/** @throws FormatError of a model that fastText keeps whole, which says how to get its vectors */
export function refuseFastText(head: Uint8Array, name: string): void {
  if (head.length < 4) return;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  if (magic !== FASTTEXT_MAGIC) return;
  throw new FormatError(
    `${name} is a whole fastText model (byte 0), expected its vectors: save them as .vec, or as word2vec's .bin`,
    { code: 'unknown-format', details: { name, offset: 0 } },
  );
}

/** @throws FormatError with name and line: too few numbers, or one that is none; more or fewer words than announced */
export async function wordVectorsText(stream: ByteStream, limit: number): Promise<Found> {
  const { name } = stream;
  const { shape, nLines } = await measure(stream);
  if (!shape) {
    throw new FormatError(`${name} has no vectors: expected a word and its numbers on each line`, {
      details: { name, offset: 0 },
    });
  }
  const { dim, count, words } = shape;
  const nSamples = nLines - (count === undefined ? 0 : 1);
  if (count !== undefined && count !== nSamples) {
    const more = count > nSamples ? ': is it cut off?' : '';
    throw new FormatError(`${name} announces ${count} vectors and has ${nSamples}${more}`, {
      code: 'truncated',
      details: { name, line: nLines + 1, expected: count },
    });
  }
  refuseLarge(name, nSamples, dim, limit);
  const data = new Float32Array(nSamples * dim);
  const values: string[] = [];
  let at = -(count === undefined ? 0 : 1);
  for await (const lines of textLines(stream)) {
    for (const { text, line } of lines) {
      if (text.trim() === '') continue;
      if (at >= 0) {
        const fields = fieldsOf(text);
        const from = fields.length - dim;
        if (words ? from < 1 : from !== 0) {
          throw new FormatError(
            `${name}: line ${line} has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, expected ${words ? `a word and ${dim} numbers` : dim}: ${excerpt(text)}`,
            { code: 'ragged', details: { name, line, fields: fields.length, expected: dim } },
          );
        }
        for (let j = 0; j < dim; j++) {
          const value = numberOf(fields[from + j]);
          if (value === undefined) {
            throw new FormatError(`${name}: line ${line} has ${excerpt(fields[from + j])}, expected a number`, {
              details: { name, line },
            });
          }
          data[at * dim + j] = value;
        }
        if (words) values.push(fields.slice(0, from).join(' '));
      }
      at++;
    }
  }
  return found(name, data, nSamples, dim, words ? values : undefined);
}

/** @throws FormatError with name and offset: cut short, a word that does not end, sizes that can't be */
export async function wordVectorsBinary(stream: ByteStream, limit: number): Promise<Found> {
  const { name } = stream;
  const reader = readerOf(stream);
  const header = HEADER.exec(await untilByte(10, 'its first line'));
  if (!header) {
    throw new FormatError(`${name} does not begin with the number of words and of numbers each (byte 0)`, {
      details: { name, offset: 0 },
    });
  }
  const [count, dim] = [Number(header[1]), Number(header[2])];
  if (dim === 0 || count * (4 * dim + 2) > stream.byteLength) {
    throw new FormatError(
      `${name} announces ${count} vectors of ${dim} numbers, more than its ${stream.byteLength} bytes can hold: is it cut off?`,
      { code: 'truncated', details: { name, offset: stream.byteLength } },
    );
  }
  refuseLarge(name, count, dim, limit);
  const data = new Float32Array(count * dim);
  const values: string[] = [];
  for (let i = 0; i < count; i++) {
    // some writers end each vector by a line end
    values.push((await untilByte(32, `word ${i}`)).replace(/^\n/, ''));
    const bytes = await reader.read(4 * dim, `the vector of word ${i}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let j = 0; j < dim; j++) data[i * dim + j] = view.getFloat32(4 * j, true);
  }
  await reader.finish();
  return found(name, data, count, dim, values);

  /** The text up to a byte, which is read too. */
  async function untilByte(end: number, what: string): Promise<string> {
    const start = reader.offset;
    const bytes: number[] = [];
    for (;;) {
      const byte = (await reader.read(1, what))[0];
      if (byte === end) break;
      bytes.push(byte);
      if (bytes.length > MAX_WORD_BYTES) {
        throw new FormatError(`${name}: ${what} does not end within ${MAX_WORD_BYTES} bytes (byte ${start})`, {
          details: { name, offset: start },
        });
      }
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }
}

/** The shape by the first lines, and how many lines have something on them. */
async function measure(stream: ByteStream): Promise<{ shape?: Shape; nLines: number }> {
  const first: string[] = [];
  let nLines = 0;
  for await (const lines of textLines(stream)) {
    for (const { text } of lines) {
      if (text.trim() === '') continue;
      if (first.length < 20) first.push(text);
      nLines++;
    }
  }
  return { shape: wordVectorsHead(first.join('\n'), false), nLines };
}

function found(name: string, data: Float32Array, nSamples: number, dim: number, words?: string[]): Found {
  const column: Column[] = words ? [{ name: 'word', type: 'text', values: words }] : [];
  return {
    name,
    rows: { data, nSamples, nFeatures: dim, scale: 1 },
    columns: column,
    medium: { kind: 'vector' },
    warnings: [],
  };
}

function refuseLarge(name: string, count: number, dim: number, limit: number): void {
  const bytes = count * dim * 4;
  if (bytes <= limit) return;
  throw new FormatError(`${name} would take ${bytes} bytes, more than the limit of ${limit}`, {
    code: 'too-large',
    details: { name, bytes, limit },
  });
}

/** Blanks and tabs part the fields; other spaces, as the no-break one, are letters of words. */
function fieldsOf(line: string): string[] {
  return line.replace(/^[ \t]+|[ \t]+$/g, '').split(/[ \t]+/);
}

const isNumber = (field: string): boolean => numberOf(field) !== undefined;
