/**
 * Small white shapes on black: one of three shapes at some size, angle and place, after dSprites (Matthey et al. 2017),
 * drawn here from its own outlines. The factors are independent and uniform, so that a measure of disentanglement has
 * a truth to hold against.
 */
import { breathe, random, resolveOptions } from '../../base/index.ts';
import type { OptionSpec } from '../../base/index.ts';
import type { Column, Dataset } from '../dataset.ts';
import type { DataGenerator } from './generator.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'nSamples',
    type: 'integer',
    default: 5000,
    min: 1,
    max: 1_000_000,
    main: true,
    summary: 'How many pictures.',
  },
  { name: 'size', type: 'integer', default: 32, min: 8, max: 128, summary: 'Height and width in pixels.' },
  {
    name: 'steps',
    type: 'integer',
    default: 0,
    min: 0,
    max: 64,
    summary: 'Values that each factor of size, angle and place can take; 0 lets them vary freely.',
  },
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same pictures.' },
];

const SHAPES = ['square', 'ellipse', 'heart'];
/** half the shape's side, as a share of the picture's */
const SCALES = [0.1, 0.2] as const;
/** the middle stays within this of the picture's middle, so that no shape is cut off */
const REACH = 0.22;
/** samples of a pixel in each direction */
const SUB = 4;
const CHUNK = 256;

/** Whether a point of the shape's own plane, whose outline lies within [−1, 1]², is inside. */
const INSIDE: readonly ((u: number, v: number) => boolean)[] = [
  (u, v) => Math.abs(u) <= 0.85 && Math.abs(v) <= 0.85,
  (u, v) => u * u + (v / 0.55) ** 2 <= 1,
  (u, v) => {
    const x = 1.2 * u;
    const y = -1.2 * v + 0.1;
    return (x * x + y * y - 1) ** 3 - x * x * y * y * y <= 0;
  },
];

export const sprites: DataGenerator = {
  name: 'sprites',
  title: 'Sprites with known factors',
  summary: 'White shapes on black, their shape, scale, rotation and place drawn evenly and kept as columns.',
  options: OPTIONS,
  async make(given, job = {}) {
    const { nSamples: n, size, steps, seed } = resolveOptions('sprites', OPTIONS, given) as Record<string, number>;
    const draw = random(seed);
    const uniform = (): number => (steps < 1 ? draw.uniform() : steps === 1 ? 0.5 : draw.below(steps) / (steps - 1));
    const shape = new Int32Array(n);
    const [scale, rotation, x, y] = Array.from({ length: 4 }, () => new Float64Array(n));
    const data = new Uint8Array(n * size * size);
    for (let i = 0; i < n; i++) {
      shape[i] = draw.below(SHAPES.length);
      scale[i] = SCALES[0] + uniform() * (SCALES[1] - SCALES[0]);
      // with steps, the last angle would be the first again
      rotation[i] = 2 * Math.PI * (steps > 1 ? draw.below(steps) / steps : uniform());
      x[i] = 0.5 + (2 * uniform() - 1) * REACH;
      y[i] = 0.5 + (2 * uniform() - 1) * REACH;
      const place = { scale: scale[i], rotation: rotation[i], x: x[i], y: y[i] };
      drawShape(INSIDE[shape[i]], place, size, data.subarray(i * size * size, (i + 1) * size * size));
      if (i % CHUNK === CHUNK - 1) {
        await breathe();
        job.signal?.throwIfAborted();
      }
    }
    const factor = (name: string, values: Float64Array): Column => ({ name, type: 'number', values });
    return {
      name: 'sprites',
      rows: { data, nSamples: n, nFeatures: size * size, scale: 1 / 255 },
      columns: [
        { name: 'shape', type: 'category', codes: shape, categories: SHAPES },
        factor('scale', scale),
        factor('rotation', rotation),
        factor('x', x),
        factor('y', y),
      ],
      medium: { kind: 'image', height: size, width: size, channels: 1 },
      label: 'shape',
      warnings: [],
    } satisfies Dataset;
  },
};

interface Place {
  /** half the side, as a share of the picture's */
  scale: number;
  /** in radians, counter-clockwise */
  rotation: number;
  /** of the middle, as shares of the picture's width and height */
  x: number;
  y: number;
}

/** The share of each pixel that the shape covers, as bytes. */
function drawShape(
  inside: (u: number, v: number) => boolean,
  { scale, rotation, x, y }: Place,
  size: number,
  out: Uint8Array,
): void {
  const [cos, sin] = [Math.cos(rotation) / scale, Math.sin(rotation) / scale];
  const reach = Math.SQRT2 * scale * size + 1;
  const from = (middle: number): number => Math.max(0, Math.floor(middle * size - reach));
  const to = (middle: number): number => Math.min(size, Math.ceil(middle * size + reach));
  for (let row = from(y); row < to(y); row++) {
    for (let column = from(x); column < to(x); column++) {
      let covered = 0;
      for (let k = 0; k < SUB * SUB; k++) {
        const dx = (column + ((k % SUB) + 0.5) / SUB) / size - x;
        const dy = (row + (Math.floor(k / SUB) + 0.5) / SUB) / size - y;
        if (inside(cos * dx - sin * dy, sin * dx + cos * dy)) covered++;
      }
      out[row * size + column] = Math.round((255 * covered) / (SUB * SUB));
    }
  }
}
