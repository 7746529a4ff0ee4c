/** How a foreign model takes a row: its shape without the batch, where the batch is, the layout of pictures. */
import { InputError } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import type { OnnxPort } from '../graph/index.ts';
import { product, showPort } from './brought-model.ts';
import type { RowForm } from './brought-rows.ts';

/** One way to read a port. */
export interface Reading {
  readonly takes: readonly number[];
  /** as ModelSpec has it */
  readonly batch: number;
  readonly layout?: RowForm['layout'];
}

type Dims = NonNullable<OnnxPort['shape']>;

/**
 * The ways in which an input may take rows of the data, likeliest first; more than one only where sizes are left open.
 * @throws InputError, code `shape`, when there is none: it names the input, what it expects and what the rows are
 */
export function rowReadings(
  file: string,
  port: OnnxPort,
  { medium, nFeatures, data }: { medium: Medium; nFeatures: number; data: string },
  layout?: RowForm['layout'],
): Reading[] {
  const { shape } = port;
  if (!shape) throw shapeless(file, port);
  const found: Reading[] = [];
  for (const { dims, batch } of splits(shape)) {
    for (const { takes, layout: own } of wantedShapes(medium, nFeatures)) {
      if (layout && own && own !== layout) continue;
      if (matches(dims, takes)) found.push({ takes, batch, layout: own ?? layout });
    }
    // in any other shape of as many numbers, values keep their order
    if (found.length === 0 && known(dims) && product(dims) === nFeatures) found.push({ takes: dims, batch, layout });
    if (found.length > 0) return found;
  }
  const what =
    medium.kind === 'image'
      ? `pictures of ${medium.height} × ${medium.width} × ${medium.channels}`
      : `rows of ${nFeatures} numbers`;
  const size = medium.kind === 'image' ? pictureSize(shape.slice(1)) : undefined;
  const way = size ? `; add the data at its size: data add … --image ${size}` : '';
  throw new InputError(`${file}: input ${showPort(port)} does not take what ${data} has, ${what}${way}`, {
    code: 'shape',
    details: { name: file, input: port.name, expected: [...shape], nFeatures },
  });
}

/** A shape that the model states in full. */
export function statedReading(file: string, port: OnnxPort): Reading | undefined {
  if (!port.shape) throw shapeless(file, port);
  const [batch, ...dims] = port.shape;
  if (dims.length === 0 || !known(dims)) return undefined;
  return { takes: dims, batch: typeof batch === 'number' ? batch : 0 };
}

/**
 * How a decoder takes codes: its own shape, open sizes filled from the encoder's, from the code's size, or as told.
 * @throws InputError, code `models-differ` or `tell`
 */
export function codeReading(
  file: string,
  port: OnnxPort,
  { gives, latent }: { gives?: readonly number[]; latent?: readonly number[] },
): Reading {
  const stated = statedReading(file, port);
  const size = gives && product(gives);
  if (stated && (size === undefined || product(stated.takes) === size)) return stated;
  const [batch, ...dims] = port.shape as Dims;
  const open = latent ?? gives;
  const rows = typeof batch === 'number' ? batch : 0;
  if (open && !stated) {
    if (matches(dims, open)) return { takes: open, batch: rows };
    const rest = dims.reduce<number>((n, dim) => (typeof dim === 'number' ? n * dim : n), 1);
    const fill = product(open) / rest;
    if (dims.filter((dim) => typeof dim !== 'number').length === 1 && Number.isInteger(fill)) {
      return { takes: dims.map((dim) => (typeof dim === 'number' ? dim : fill)), batch: rows };
    }
  }
  if (size === undefined) {
    throw new InputError(
      `${file}: input ${showPort(port)} leaves the size of a code open; say its latent shape, as 10 or 4,8,8`,
      { code: 'tell', details: { ask: 'latent', name: file, input: port.name } },
    );
  }
  throw new InputError(
    `the encoder gives codes of ${size} numbers, but ${file} takes ${showPort(port)}; expected a pair that fits`,
    { code: 'models-differ', details: { name: file, input: port.name, latentDim: size } },
  );
}

/** The layout of what a decoder gives; undefined where it is no picture, or one of a single channel. */
export function givenLayout(gives: readonly number[], medium: Medium): RowForm['layout'] {
  if (medium.kind !== 'image') return undefined;
  const { height, width, channels } = medium;
  const bare = gives.length > 3 ? gives.slice(gives.findIndex((dim) => dim !== 1)) : gives;
  const first = bare.length === 3 && matches(bare, [channels, height, width]);
  const last = bare.length === 3 && matches(bare, [height, width, channels]);
  return first === last ? undefined : first ? 'channelsFirst' : 'channelsLast';
}

/** What a row of such a shape is likely to be. */
export function likelyMedium(shape: readonly number[]): { medium: Medium; layout?: RowForm['layout'] } {
  const [a, b, c] = shape;
  const isSide = (size: number): boolean => size >= 4;
  if (shape.length === 3 && (a === 1 || a === 3) && isSide(b) && isSide(c)) {
    return { medium: { kind: 'image', height: b, width: c, channels: a }, layout: 'channelsFirst' };
  }
  if (shape.length === 3 && (c === 1 || c === 3) && isSide(a) && isSide(b)) {
    return { medium: { kind: 'image', height: a, width: b, channels: c }, layout: 'channelsLast' };
  }
  if (shape.length === 2 && isSide(a) && isSide(b)) {
    return { medium: { kind: 'image', height: a, width: b, channels: 1 } };
  }
  return { medium: { kind: 'vector' } };
}

/** With the first dimension as that of the batch, or, where the rest is known, without one. */
function splits(shape: Dims): { dims: Dims; batch: number }[] {
  const [first, ...rest] = shape;
  const batched = { dims: rest, batch: typeof first === 'number' ? first : 0 };
  return [...(rest.length > 0 ? [batched] : []), ...(known(shape) ? [{ dims: shape, batch: -1 }] : [])];
}

function wantedShapes(medium: Medium, nFeatures: number): { takes: number[]; layout?: RowForm['layout'] }[] {
  if (medium.kind !== 'image') return [{ takes: [nFeatures] }];
  const { height, width, channels } = medium;
  return [
    { takes: [channels, height, width], layout: 'channelsFirst' },
    { takes: [height, width, channels], layout: 'channelsLast' },
    ...(channels === 1 ? [{ takes: [height, width] }] : []),
    { takes: [nFeatures] },
  ];
}

const known = (dims: readonly (number | string)[]): dims is readonly number[] =>
  dims.every((dim) => typeof dim === 'number');

const matches = (dims: Dims, wanted: readonly number[]): boolean =>
  dims.length === wanted.length && dims.every((dim, i) => typeof dim !== 'number' || dim === wanted[i]);

/** `32x32x3`, of dimensions that are a picture's. */
function pictureSize(dims: Dims): string | undefined {
  if (!known(dims)) return undefined;
  const { medium } = likelyMedium(dims);
  return medium.kind === 'image' ? `${medium.height}x${medium.width}x${medium.channels}` : undefined;
}

function shapeless(file: string, port: OnnxPort): InputError {
  return new InputError(`${file}: input ${showPort(port)}; export it with the shapes of its inputs`, {
    code: 'shape',
    details: { name: file, input: port.name },
  });
}
