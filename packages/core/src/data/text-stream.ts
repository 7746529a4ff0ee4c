/** Texts that are read as often as they are needed and never held: the lines of a file. */
import type { Dataset, TextStream } from './dataset.ts';
import { NO_LETTER, damagedLines, textLines } from './formats/text.ts';
import type { ByteSource } from './source.ts';
import { streamOf } from './stream.ts';

/** The lines of a text file. @throws FormatError from reading, when it is not text, or a line does not end */
export function textStream(source: ByteSource): TextStream {
  let [damaged, first] = [0, 0];
  return {
    name: source.name,
    byteLength: source.byteLength,
    async *open(onBytes) {
      [damaged, first] = [0, 0];
      for await (const lines of textLines(streamOf(source, onBytes))) {
        for (const { text, line } of lines) if (text.includes(NO_LETTER) && damaged++ === 0) first = line;
        yield lines.map(({ text }) => text.trim()).filter((text) => text !== '');
      }
    },
    warnings: () => damagedLines(damaged, first),
  };
}

/** A data set of texts that are not held: for methods that can learn from a stream. */
export function streamedDataset(source: ByteSource): Dataset {
  return {
    name: source.name,
    rows: { data: new Float32Array(0), nSamples: 0, nFeatures: 0, scale: 1 },
    columns: [],
    texts: textStream(source),
    medium: { kind: 'text' },
    warnings: [],
  };
}
