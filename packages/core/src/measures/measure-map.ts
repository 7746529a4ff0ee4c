/** How far a map can be believed, in a few figures. */
import { InputError, drive, permutation, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { atLengthOne } from '../maps/index.ts';
import type { MapQuality } from '../maps/index.ts';
import { continuityOf } from './continuity.ts';
import { labelAccuracySteps } from './label-accuracy.ts';
import { neighborRecallOf } from './neighbor-recall.ts';
import { neighborhoodRanks } from './neighborhood-ranks.ts';
import type { Nearness } from './neighborhood-ranks.ts';
import { shepard } from './shepard.ts';
import { trustworthinessOf } from './trustworthiness.ts';

export interface MeasureMapOptions extends KernelJob<never>, Nearness {
  /** n codes; negative where there is none */
  labels?: Int32Array;
  nNeighbors?: number;
  /** measured on so many samples, drawn by the seed; on all when there are fewer */
  sampleSize?: number;
  seed?: number;
}

/** Numbers of neighbours whose recall is told beside that of `nNeighbors`. */
const OTHER_NEIGHBORS = [5, 15, 50];

/**
 * Measures a map, exactly, on a seeded sample; the result says how many samples and neighbours it was. A map of fewer
 * than three points can't be wrong: its figures are 1, with nNeighbors 0. Shepard's correlation is over 20,000 pairs of
 * all samples. Near is what `distance` says in the data and `mapDistance` on the map, a Poincaré disc for instance.
 * @param x  what was mapped, [n, d]
 * @param y  coordinates, [n, nComponents]
 * @throws InputError when the row counts differ
 */
export async function measureMap(
  x: Matrix,
  y: Matrix,
  {
    labels,
    nNeighbors = 15,
    sampleSize = 2000,
    seed = 0,
    distance = 'euclidean',
    mapDistance = 'euclidean',
    ...job
  }: MeasureMapOptions = {},
): Promise<MapQuality> {
  const n = x.rows;
  if (y.rows !== n || (labels && labels.length !== n)) {
    throw new InputError(`measure map: got ${n} rows, ${y.rows} points${labels ? ` and ${labels.length} labels` : ''}`);
  }
  if (!Number.isInteger(nNeighbors) || nNeighbors < 1 || !Number.isInteger(sampleSize) || sampleSize < 3) {
    throw new InputError(
      `measure map: got nNeighbors ${nNeighbors} on ${sampleSize} samples, expected at least 1 on at least 3`,
    );
  }
  const sample = n > sampleSize ? permutation(n, random(seed)).slice(0, sampleSize).sort() : undefined;
  const drawn = sample ? takeRows(x, sample) : x;
  // the order by cosine is that of plain distances at length 1, which kernels measure
  const [data, near] = distance === 'cosine' ? [atLengthOne(drawn), 'euclidean' as const] : [drawn, distance];
  const map = sample ? takeRows(y, sample) : y;
  const size = data.rows;
  // the rank measures are defined for fewer than half the samples
  const k = Math.min(nNeighbors, Math.ceil(size / 2) - 1);
  const quality: MapQuality = {
    trustworthiness: 1,
    continuity: 1,
    neighborRecall: 1,
    nNeighbors: Math.max(0, k),
    sampleSize: size,
    distance,
    ...(mapDistance !== 'euclidean' && { mapDistance }),
  };
  if (k >= 1) {
    const others = OTHER_NEIGHBORS.filter((other) => other < size / 2);
    const ranks = await neighborhoodRanks(data, map, Math.max(k, ...others), {
      ...job,
      distance: near,
      mapDistance,
    });
    quality.trustworthiness = trustworthinessOf(ranks, k);
    quality.continuity = continuityOf(ranks, k);
    quality.neighborRecall = neighborRecallOf(ranks, k);
    quality.neighborRecalls = Object.fromEntries(others.map((other) => [other, neighborRecallOf(ranks, other)]));
    const correlation = shepard(x, y, { seed, distance, mapDistance });
    if (!Number.isNaN(correlation)) quality.shepard = correlation;
  }
  if (labels && k >= 1) {
    const known = sample ? Int32Array.from(sample, (i) => labels[i]) : labels;
    const accuracy = await drive('measuring', labelAccuracySteps(map, known, k, mapDistance), job);
    if (!Number.isNaN(accuracy)) quality.labelAccuracy = accuracy;
  }
  return quality;
}
