/** Texts that are read as often as they are needed and never held: the lines of a file. */
import type { Dataset } from './dataset.ts';
import { textLines } from './formats/text.ts';
import type { ByteSource } from './source.ts';
import { streamOf } from './stream.ts';
import type { OnBytes } from './stream.ts';

export interface TextStream {
  readonly name: string;
  readonly byteLength: number;
  /** some texts at a time, without those that are blank; `onBytes` is told of what was read */
  open(onBytes?: OnBytes): AsyncGenerator<readonly string[], void>;
}

/** The lines of a text file. @throws FormatError from reading, when it is not text, or a line does not end */
export function textStream(source: ByteSource): TextStream {
  return {
    name: source.name,
    byteLength: source.byteLength,
    async *open(onBytes) {
      for await (const lines of textLines(streamOf(source, onBytes))) {
        yield lines.map(({ text }) => text.trim()).filter((text) => text !== '');
      }
    },
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
