/** Plain text as documents: each line with something on it is one. */
import { FormatError } from '../../base/index.ts';
import type { Found } from '../assemble.ts';
import type { ByteStream } from '../stream.ts';
import { textChunks } from '../text.ts';

/** A line that is longer is no document; the file may be binary after all. */
const MAX_LINE = 64 * 2 ** 20;

/** What a decoder puts where bytes say nothing. */
export const NO_LETTER = '\ufffd';

/** A line of a text, counted from 1, without its end. */
export interface Line {
  text: string;
  line: number;
}

/**
 * Line after line, a chunk of the stream at a time.
 * @throws FormatError when it is not text, or a line does not end
 */
export async function* textLines(stream: ByteStream): AsyncGenerator<Line[], void> {
  let held = '';
  let line = 0;
  for await (const chunk of textChunks(stream)) {
    const parts = (held + chunk).split('\n');
    held = parts.pop()!;
    if (parts.length > 0) yield parts.map((text) => ({ text, line: ++line }));
    if (held.length > MAX_LINE) {
      throw new FormatError(`${stream.name}: line ${line + 1} has more than ${MAX_LINE} characters`, {
        code: 'too-large',
        details: { name: stream.name, line: line + 1 },
      });
    }
  }
  if (held !== '') yield [{ text: held, line: line + 1 }];
}

/** What is said of lines with bytes that are no UTF-8. @param first  counted from 1 */
export function damagedLines(n: number, first: number): string[] {
  if (n === 0) return [];
  const what = n === 1 ? `line ${first} has` : `${n} lines have`;
  return [
    `${what} bytes that are no UTF-8${n > 1 ? `, line ${first} first` : ''}: they became ${NO_LETTER}; save the file as UTF-8`,
  ];
}

/**
 * Lines → rows without numbers, and the column `text`.
 * @throws FormatError when nothing is written on any line
 */
export async function textFound(stream: ByteStream): Promise<Found> {
  const { name } = stream;
  const values: string[] = [];
  let blank = 0;
  let [damaged, firstDamaged] = [0, 0];
  for await (const lines of textLines(stream)) {
    for (const { text, line } of lines) {
      const document = text.trim();
      if (document.includes(NO_LETTER) && damaged++ === 0) firstDamaged = line;
      if (document === '') blank++;
      else values.push(document);
    }
  }
  if (values.length === 0) {
    throw new FormatError(`${name} has nothing but blank lines`, { code: 'empty', details: { name, offset: 0 } });
  }
  const lines = blank === 1 ? 'line has nothing on it and was' : 'lines have nothing on them and were';
  return {
    name,
    rows: { data: new Float32Array(0), nSamples: values.length, nFeatures: 0, scale: 1 },
    columns: [{ name: 'text', type: 'text', values }],
    medium: { kind: 'text' },
    warnings: [...(blank > 0 ? [`${blank} ${lines} left out.`] : []), ...damagedLines(damaged, firstDamaged)],
  };
}
