/** Curves in the plane that a straight line can't take apart: two interleaving half moons, and arms of a spiral. */
import { matrix, random, resolveOptions } from '../../base/index.ts';
import type { Options, OptionSpec, Random } from '../../base/index.ts';
import { rowsOf } from '../dataset.ts';
import type { Column, Dataset } from '../dataset.ts';
import type { DataGenerator } from './generator.ts';

const N_SAMPLES: OptionSpec = {
  name: 'nSamples',
  type: 'integer',
  default: 2000,
  min: 2,
  max: 10_000_000,
  main: true,
  summary: 'How many points to draw.',
};
const NOISE: OptionSpec = {
  name: 'noise',
  type: 'number',
  default: 0.05,
  min: 0,
  max: 10,
  main: true,
  summary: 'Standard deviation of the noise about the curves.',
};
const SEED: OptionSpec = {
  name: 'seed',
  type: 'integer',
  default: 0,
  min: 0,
  max: 2 ** 32 - 1,
  summary: 'The same seed, the same points.',
};
const ARMS: OptionSpec = {
  name: 'arms',
  type: 'integer',
  default: 2,
  min: 1,
  max: 100,
  main: true,
  summary: 'How many arms the spiral has.',
};

/** Half circles of radius 1, the second turned and moved into the opening of the first. */
export const moons: DataGenerator = {
  name: 'moons',
  title: 'Two moons',
  summary: 'Two half circles, one in the opening of the other.',
  options: [N_SAMPLES, NOISE, SEED],
  async make(given) {
    const options = resolveOptions('moons', moons.options, given);
    return curves('moons', 'moon', 2, options, (moon, t) => {
      const [x, y] = [Math.cos(Math.PI * t), Math.sin(Math.PI * t)];
      return moon === 0 ? [x, y] : [1 - x, 0.5 - y];
    });
  },
};

/** Archimedean arms of one and a half turns, evenly around, out to radius 1. */
export const spiral: DataGenerator = {
  name: 'spiral',
  title: 'Spiral',
  summary: 'Arms that wind around a centre; each point knows its arm and how far along it lies.',
  options: [N_SAMPLES, ARMS, { ...NOISE, default: 0.02 }, SEED],
  async make(given) {
    const options = resolveOptions('spiral', spiral.options, given);
    const arms = options.arms as number;
    return curves('spiral', 'arm', arms, options, (arm, t) => {
      // by the root, so that points are about evenly spread along the arm
      const radius = Math.sqrt(t);
      const angle = 3 * Math.PI * radius + (2 * Math.PI * arm) / arms;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
  },
};

/** Points on curves: which, and where along it in [0, 1), drawn evenly; both are columns. */
function curves(
  name: string,
  factor: string,
  count: number,
  { nSamples, noise, seed }: Options,
  place: (curve: number, t: number) => [number, number],
): Dataset {
  const n = nSamples as number;
  const rng: Random = random(seed as number);
  const x = matrix(n, 2);
  const codes = new Int32Array(n);
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    codes[i] = rng.below(count);
    values[i] = rng.uniform();
    const point = place(codes[i], values[i]);
    for (let j = 0; j < 2; j++) x.data[2 * i + j] = point[j] + (noise as number) * rng.normal();
  }
  const categories = Array.from({ length: count }, (_, i) => String(i));
  const columns: Column[] = [
    { name: factor, type: 'category', codes, categories },
    { name: 'along', type: 'number', values },
  ];
  return {
    name,
    rows: rowsOf(x),
    columns,
    medium: { kind: 'vector' },
    featureNames: ['x', 'y'],
    label: factor,
    warnings: [],
  };
}
