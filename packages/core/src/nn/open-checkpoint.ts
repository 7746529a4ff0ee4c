/** The head of a checkpoint: what it is of, its version, and how far learning had come. */
import { FormatError, InputError, readSafetensors } from '../base/index.ts';
import type { SavedTensor } from '../base/index.ts';

/** What the order of rows and the noise follow from. */
export interface RunKey {
  readonly seed: number;
  readonly nRows: number;
  readonly batchSize: number;
}

export interface CheckpointHead<P> {
  format: string;
  /** the newest that is known */
  version: number;
  /** what it is a checkpoint of, for messages: `training` */
  of: string;
  /** of the run that is to go on */
  own: RunKey;
  /** whether a position says all that it has to */
  complete(position: P): boolean;
}

/** @throws FormatError when the bytes are no such checkpoint, or of a later version; InputError when of another run */
export function openCheckpoint<P extends RunKey>(
  bytes: Uint8Array,
  { format, version, of, own, complete }: CheckpointHead<P>,
): { tensors: Record<string, SavedTensor>; position: P } {
  const { tensors, metadata } = readSafetensors(bytes, 'checkpoint');
  if (metadata.format !== format) {
    throw new FormatError(`checkpoint: these safetensors are not a checkpoint of ${of}`);
  }
  if (Number(metadata.version) > version) {
    throw new FormatError(`checkpoint: version ${metadata.version} is newer than ${version}; update Portolan`, {
      code: 'newer-version',
    });
  }
  const position = readPosition(metadata.position, complete);
  const other = (['seed', 'nRows', 'batchSize'] as const).find((key) => position[key] !== own[key]);
  if (other) {
    throw new InputError(
      `the checkpoint is of another run: its ${other} is ${position[other]}, expected ${own[other]}; it goes on with the options and data it began with`,
      { code: 'checkpoint' },
    );
  }
  return { tensors, position };
}

function readPosition<P>(text: string | undefined, complete: (position: P) => boolean): P {
  try {
    const position = JSON.parse(text ?? '', (_, value: unknown) =>
      value === 'NaN' ? NaN : value === 'Infinity' ? Infinity : value,
    ) as P;
    if (complete(position)) return position;
  } catch {
    // told below, as what is missing
  }
  throw new FormatError('checkpoint: it does not say how far learning had come; it may be damaged');
}
