/**
 * densMAP (Narayan, Berger & Cho 2021): towards the end of a UMAP layout, points are also moved so that how far each is
 * from its neighbours, on the map, goes with how far it is from them in the data: loose clusters come out wide, dense
 * ones small.
 *
 * The force is the gradient of the correlation of the logarithms of both radii, as in umap-learn, but taken once an
 * epoch from where all points stand, so that it is the same on any number of threads.
 */
import type { SparseGraph } from '../linalg/index.ts';
import type { Neighbors } from '../neighbors/index.ts';
import { log, pow } from './portable-math.ts';
import type { UmapCurve } from './umap-curve.ts';
import type { UmapLayout } from './umap-layout.ts';

export interface DensmapOptions {
  /** weight of the correlation */
  densLambda: number;
  /** share of the epochs, the last ones, in which it counts */
  densFrac: number;
  /** added to the variance of the map's radii, so that a map of even density is not torn */
  densVarShift: number;
}

const EPSILON = 1e-8;
/** Largest move along one axis, before the learning rate. */
const LIMIT = 4;
/** Entries of the table of the curve for an octave, as bits; the first octave and their number. */
const STEP_BITS = 5;
const FIRST_OCTAVE = -30;
const OCTAVES = 50;

/** ln of the mean squared distance of each point's neighbours, by the weights of the edges, mean 0 and variance 1: [n]. */
export function densmapRadii(graph: SparseGraph, { indices, distances, nNeighbors: k }: Neighbors): Float64Array {
  const { n, offsets, targets, weights } = graph;
  const found = (i: number, j: number): number => {
    for (let e = i * k; e < (i + 1) * k; e++) if (indices[e] === j) return distances[e];
    return 0;
  };
  const radii = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let [sum, total] = [0, 0];
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const distance = Math.max(found(i, targets[e]), found(targets[e], i));
      sum += weights[e] * distance * distance;
      total += weights[e];
    }
    radii[i] = log(EPSILON + (total > 0 ? sum / total : 0));
  }
  const { mean, variance } = moments(radii);
  const deviation = Math.sqrt(variance) || 1;
  return radii.map((radius) => (radius - mean) / deviation);
}

/**
 * The same layout, with the force of densMAP after each of its last epochs.
 * @param radii  of `densmapRadii`
 */
export function densmapLayout(
  layout: UmapLayout,
  graph: SparseGraph,
  radii: Float64Array,
  curve: UmapCurve,
  { densLambda, densFrac, densVarShift, learningRate }: DensmapOptions & { learningRate: number },
  dims: number,
): UmapLayout {
  const first = Math.ceil(layout.nIter * (1 - densFrac));
  const step = densmapStep(graph, radii, curve, { densLambda, densVarShift }, dims);
  return {
    ...layout,
    get iteration() {
      return layout.iteration;
    },
    async advance(signal, most = Infinity) {
      if (layout.iteration < first) return layout.advance(signal, Math.min(most, first - layout.iteration));
      const rate = learningRate * (1 - layout.iteration / layout.nIter);
      await layout.advance(signal, 1);
      step(layout.places(), rate);
    },
  };
}

function densmapStep(
  { n, offsets, targets, weights }: SparseGraph,
  radii: Float64Array,
  curve: UmapCurve,
  { densLambda, densVarShift }: Pick<DensmapOptions, 'densLambda' | 'densVarShift'>,
  dims: number,
): (y: Float32Array, rate: number) => void {
  const { b } = curve;
  const nearness = nearnessTable(curve);
  const stride = dims === 2 ? 2 : 4;
  let [most, total] = [0, 0];
  for (const weight of weights) {
    most = Math.max(most, weight);
    total += weight / 2;
  }
  const means = new Float64Array(n); // of the squared distances on the map, weighted by nearness
  const sums = new Float64Array(n); // of nearness
  const logs = new Float64Array(n);
  return (y, rate) => {
    const at = y.slice();
    const squared = (i: number, j: number): number => {
      let sum = 0;
      for (let c = 0; c < dims; c++) sum += (at[i * stride + c] - at[j * stride + c]) ** 2;
      return sum;
    };
    for (let i = 0; i < n; i++) {
      let [sum, phis] = [0, 0];
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const d = squared(i, targets[e]);
        const phi = nearness(d);
        sum += phi * d;
        phis += phi;
      }
      sums[i] = phis;
      means[i] = EPSILON + (phis > 0 ? sum / phis : 0);
      logs[i] = log(means[i]);
    }
    const { mean, variance } = moments(logs);
    const shifted = variance + densVarShift;
    let covariance = 0;
    for (let i = 0; i < n; i++) covariance += (logs[i] * radii[i]) / Math.max(1, n - 1);
    const weightOf = (i: number): number => radii[i] - (covariance * (logs[i] - mean)) / shifted;
    // an edge acts in proportion to its weight, and its force is over its weight: all edges count alike
    const factor = (densLambda * total) / (Math.sqrt(shifted) * n * most);
    for (let i = 0; i < n; i++) {
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const j = targets[e];
        const d = squared(i, j);
        if (d === 0) continue;
        const phi = nearness(d);
        const bent = (b * (1 - phi)) / d;
        const slope = 1 - b * (1 - phi);
        const own = (phi / sums[i]) * (slope / means[i] + bent);
        const other = (phi / sums[j]) * (slope / means[j] + bent);
        const force = 2 * factor * (weightOf(i) * own + weightOf(j) * other);
        for (let c = 0; c < dims; c++) {
          const move = force * (at[i * stride + c] - at[j * stride + c]);
          y[i * stride + c] += rate * Math.max(-LIMIT, Math.min(LIMIT, move));
        }
      }
    }
  };
}

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** 1 / (1 + a dᵇ) of a squared distance d, by straight lines between 32 entries an octave. */
function nearnessTable({ a, b }: UmapCurve): (squared: number) => number {
  const size = OCTAVES << STEP_BITS;
  const table = new Float64Array(size + 1);
  for (let i = 0; i <= size; i++) {
    const octave = pow(2, FIRST_OCTAVE + (i >> STEP_BITS));
    table[i] = 1 / (1 + a * pow(octave * (1 + (i & 31) / 32), b));
  }
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  return (squared) => {
    float[0] = squared;
    const place = bits[0] / 2 ** (23 - STEP_BITS) - ((127 + FIRST_OCTAVE) << STEP_BITS);
    if (place <= 0) return table[0];
    if (place >= size) return table[size];
    const entry = Math.floor(place);
    return table[entry] + (place - entry) * (table[entry + 1] - table[entry]);
  };
}
