/**
 * Gaussians in the plane, on a grid or a ring: the data on which generators are watched for modes that they miss. Grid of
 * 25 at −4, −2, … 4 with deviation 0.05, ring of 8 of radius 2 with deviation 0.02 are those of Srivastava et al. 2017
 * (VEEGAN); deviation 0 takes these.
 */
import { matrix, random, resolveOptions } from '../../base/index.ts';
import type { OptionSpec } from '../../base/index.ts';
import { rowsOf } from '../dataset.ts';
import type { DataGenerator } from './generator.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'nSamples',
    type: 'integer',
    default: 10_000,
    min: 2,
    max: 10_000_000,
    main: true,
    summary: 'How many points to draw.',
  },
  {
    name: 'layout',
    type: 'choice',
    default: 'grid',
    choices: ['grid', 'ring'],
    main: true,
    summary: 'Where the centres lie: on a square grid, or evenly on a circle.',
  },
  {
    name: 'modes',
    type: 'integer',
    default: 0,
    min: 0,
    max: 10_000,
    summary: 'How many Gaussians; a grid takes a square number. 0 is 25 on a grid, 8 on a ring.',
  },
  {
    name: 'deviation',
    type: 'number',
    default: 0,
    min: 0,
    max: 100,
    summary:
      'Standard deviation of each Gaussian; 0 is 0.05 on a grid, 0.02 on a ring, where neighbours are about 2 apart.',
  },
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same points.' },
];

export const gaussians: DataGenerator = {
  name: 'gaussians',
  title: 'Gaussians in the plane',
  summary: 'Points around the places of a grid or a ring: which of them does a generator find?',
  options: OPTIONS,
  async make(given) {
    const options = resolveOptions('gaussians', OPTIONS, given);
    const grid = options.layout === 'grid';
    const n = options.nSamples as number;
    const asked = (options.modes as number) || (grid ? 25 : 8);
    // a grid of fewer than a square number keeps whole rows
    const side = Math.max(1, Math.round(Math.sqrt(asked)));
    const modes = grid ? side * side : asked;
    const deviation = (options.deviation as number) || (grid ? 0.05 : 0.02);
    const centers = Array.from({ length: modes }, (_, m): [number, number] => {
      if (grid) return [2 * (m % side) - (side - 1), 2 * Math.floor(m / side) - (side - 1)];
      const angle = (2 * Math.PI * m) / modes;
      return [2 * Math.cos(angle), 2 * Math.sin(angle)];
    });
    const rng = random(options.seed as number);
    const x = matrix(n, 2);
    const codes = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const mode = rng.below(modes);
      codes[i] = mode;
      for (let j = 0; j < 2; j++) x.data[2 * i + j] = centers[mode][j] + deviation * rng.normal();
    }
    const categories = centers.map((_, m) => String(m));
    return {
      name: `gaussians-${options.layout as string}`,
      rows: rowsOf(x),
      columns: [{ name: 'mode', type: 'category', codes, categories }],
      medium: { kind: 'vector' },
      featureNames: ['x', 'y'],
      label: 'mode',
      warnings: modes === asked ? [] : [`a grid needs a square number of modes; made ${modes} instead of ${asked}`],
    };
  },
};
