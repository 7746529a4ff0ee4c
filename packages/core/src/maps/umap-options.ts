/** The options of UMAP, checked and settled by the rows. */
import { InputError } from '../base/index.ts';
import type { OptionSpec } from '../base/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { COMPONENTS_OPTION, DISTANCE_OPTION, LAYOUT_DISTANCES, SEED_OPTION } from './layout-map.ts';
import { LAYOUT_STARTS } from './layout-start.ts';
import type { LayoutStart } from './layout-start.ts';
import type { MapJob } from './projection.ts';

/** Epochs, where they are not said: many for few points. */
const FEW = 10_000;
const EPOCHS_OF_FEW = 500;
const EPOCHS_OF_MANY = 200;
/**
 * The first learning rate. All points of an epoch move at once, so a high one overshoots: with 1, the reference's, clusters
 * of digits are torn into shards (though neighbours then look better kept), and 50,000 words lose 0.03 of their
 * trustworthiness.
 */
const LEARNING_RATE = 0.2;

export const UMAP_OPTIONS: readonly OptionSpec[] = [
  COMPONENTS_OPTION,
  {
    name: 'nNeighbors',
    type: 'integer',
    default: 15,
    min: 2,
    max: 1000,
    main: true,
    summary:
      'How many neighbours, itself among them, each point is tied to. Few show fine grain, many the broad lines.',
  },
  {
    name: 'minDist',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 10,
    main: true,
    summary: 'How near points may come on the map. Small packs clusters tight, large lets them breathe.',
  },
  {
    name: 'spread',
    type: 'number',
    default: 1,
    min: 0.01,
    max: 100,
    summary: 'Scale of the map, to which minDist refers; minDist must not be greater.',
  },
  {
    name: 'nEpochs',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100000,
    main: true,
    summary: 'Passes over all points; 0 takes 500 up to 10,000 points and 200 above. More settle the map further.',
  },
  {
    name: 'start',
    type: 'choice',
    default: 'spectral',
    choices: LAYOUT_STARTS,
    summary: 'Where points begin: by the graph of neighbours (spectral), by principal components, or at random.',
  },
  {
    name: 'learningRate',
    type: 'number',
    default: LEARNING_RATE,
    min: 1e-3,
    max: 100,
    summary: 'How far points move at first. More forgets the start and can tear clusters apart, less stays by it.',
  },
  {
    name: 'negativeSampleRate',
    type: 'integer',
    default: 5,
    min: 1,
    max: 100,
    summary: 'Random points that push for each neighbour that pulls. More spread the map out and take longer.',
  },
  {
    name: 'repulsionStrength',
    type: 'number',
    default: 1,
    min: 0,
    max: 100,
    summary: 'How hard random points push.',
  },
  {
    name: 'localConnectivity',
    type: 'number',
    default: 1,
    min: 0,
    max: 100,
    summary: 'How many of its nearest each point is tied to in full, however far they are.',
  },
  {
    name: 'setOpMixRatio',
    type: 'number',
    default: 1,
    min: 0,
    max: 1,
    summary: '1 joins two points that either holds for near, 0 only those that both do.',
  },
  {
    name: 'targetWeight',
    type: 'number',
    default: 0,
    min: 0,
    max: 1,
    summary:
      'How much labels have a say: 0 none, 0.5 as much as the data, 1 parts all labels. Unlabelled points are placed by the data.',
  },
  {
    name: 'densMap',
    type: 'boolean',
    default: false,
    summary: 'Whether dense and loose clusters come out small and wide, as they are in the data (densMAP).',
  },
  {
    name: 'densLambda',
    type: 'number',
    default: 2,
    min: 0,
    max: 1000,
    summary: 'How much density counts with densMap.',
  },
  {
    name: 'densFrac',
    type: 'number',
    default: 0.3,
    min: 0,
    max: 1,
    summary: 'The share of the epochs, the last ones, in which density counts.',
  },
  {
    name: 'densVarShift',
    type: 'number',
    default: 0.1,
    min: 0.001,
    max: 100,
    summary: 'Keeps densMap from tearing a map of even density; more makes it gentler.',
  },
  DISTANCE_OPTION,
  SEED_OPTION,
];

export interface UmapOptions {
  nComponents: number;
  nNeighbors: number;
  minDist: number;
  spread: number;
  nEpochs: number;
  start: LayoutStart;
  learningRate: number;
  negativeSampleRate: number;
  repulsionStrength: number;
  localConnectivity: number;
  setOpMixRatio: number;
  targetWeight: number;
  densMap: boolean;
  densLambda: number;
  densFrac: number;
  densVarShift: number;
  distance: Distance;
  seed: number;
}

export function checkUmapOptions({ minDist, spread, targetWeight }: UmapOptions, { labels }: MapJob): void {
  if (minDist > spread) {
    throw new InputError(`umap: minDist ${minDist} is greater than spread ${spread}, expected at most as great`, {
      code: 'option',
      details: { option: 'minDist' },
    });
  }
  if (targetWeight > 0 && !labels) {
    throw new InputError(`umap: targetWeight ${targetWeight} needs labels, and the data have none; leave it at 0`, {
      code: 'labels',
      details: { option: 'targetWeight' },
    });
  }
}

/** The options as these rows allow them, what was left to choose chosen. */
export function settleUmap(options: UmapOptions, n: number, warnings: string[]): UmapOptions {
  const { nNeighbors, nEpochs } = options;
  if (nNeighbors > n) warnings.push(`nNeighbors is ${n} instead of ${nNeighbors}: there are no more samples`);
  return {
    ...options,
    nNeighbors: Math.min(nNeighbors, n),
    nEpochs: nEpochs || (n <= FEW ? EPOCHS_OF_FEW : EPOCHS_OF_MANY),
  };
}

export function isUmapOptions(options: Record<string, unknown>): boolean {
  return (
    UMAP_OPTIONS.every(({ name, default: value }) => typeof options[name] === typeof value) &&
    (LAYOUT_DISTANCES as readonly unknown[]).includes(options.distance) &&
    (options.nNeighbors as number) >= 2
  );
}
