/**
 * Riemannian stochastic gradient descent on the Poincaré ball (Nickel & Kiela 2017). For a pair of a node u and one above
 * it v, and some nodes w that do not lie above u, it lowers −log(e^−d(u, v) / (e^−d(u, v) + Σ e^−d(u, w))), in nats.
 *
 * The gradient in the ball's metric is the Euclidean one times ((1 − |x|²) / 2)². With t = |u − v|² / ((1 − |u|²)(1 − |v|²)),
 * cosh d = 1 + 2t, and that of d at u is ((|v|² − 2uv + 1) u − (1 − |u|²) v) / (2 (1 − |v|²) √(t (t + 1))): finite wherever
 * u ≠ v, at the rim too. Steps are straight and then brought back inside, as in the paper. Where the paper burns in with
 * a tenth of the rate for some epochs, the rate here rises in a line: branches sort themselves out about the centre
 * before there is room to be lost in, which in two dimensions is worth 0.05 to 0.1 of mean average precision.
 *
 * Everything is in double precision; order and chance follow from seed, epoch and place alone, so that learning can go
 * on from anywhere.
 */
import { FormatError, InputError, NumericalError, permutation, random } from '../base/index.ts';
import { readSafetensors, writeSafetensors } from '../base/index.ts';
import type { Random, Stepper } from '../base/index.ts';
import { BALL_RADIUS } from './geometry.ts';
import type { EpochRecord, LearnDetail } from './latent-space.ts';
import type { Adjacency } from './links.ts';

export interface DescentOptions {
  latentDim: number;
  epochs: number;
  learningRate: number;
  /** nodes that each pair is held against */
  negative: number;
  /** share of the epochs in which the rate rises to `learningRate` */
  burnIn: number;
  seed: number;
}

export interface Descent extends Stepper<LearnDetail, Float64Array> {
  readonly history: readonly EpochRecord[];
  checkpoint(): Uint8Array;
}

/** Where nodes begin: within this of the centre, along each axis. */
const START = 1e-3;
/** The share of the rate that learning begins with. */
const FIRST_RATE = 0.05;
/** Distances in one unit of work, about: some milliseconds. */
const UNIT = 100_000;
const FORMAT = 'portolan-poincare';

/** @param links  each node with those above it */
export function poincareDescent(
  links: Adjacency,
  { latentDim: d, epochs, learningRate, negative, burnIn, seed }: DescentOptions,
  checkpoint?: Uint8Array,
): Descent {
  const n = links.start.length - 1;
  const nPairs = links.to.length;
  const sources = new Uint32Array(nPairs);
  for (let node = 0; node < n; node++) sources.fill(node, links.start[node], links.start[node + 1]);
  let x = new Float64Array(n * d);
  const first = random(seed);
  for (let i = 0; i < x.length; i++) x[i] = START * (2 * first.uniform() - 1);
  const own = { seed, nNodes: n, nPairs, latentDim: d, negative };
  let at: Position = { ...own, epoch: 0, pair: 0, loss: 0, history: [] };
  if (checkpoint) [x, at] = restored(checkpoint, own, x.length);

  const move = mover(x, d, negative);
  const isAbove = new Int32Array(n).fill(-1);
  const unit = Math.max(1, Math.ceil(UNIT / (negative + 1)));
  let order: Uint32Array | undefined;
  let chance: Random | undefined;
  let worked = { pairs: 0, ms: 0 };

  /** Nodes that do not lie above `node`, drawn with replacement, from place 1 of `drawn` on; as many as were found. */
  function draw(node: number, chance: Random, drawn: Int32Array): number {
    const { start, to } = links;
    for (let k = start[node]; k < start[node + 1]; k++) isAbove[to[k]] = node;
    let count = 1;
    for (let tries = 0; count <= negative && tries < 4 * negative; tries++) {
      const other = Math.floor((chance.uint32() / 2 ** 32) * n);
      if (other !== node && isAbove[other] !== node) drawn[count++] = other;
    }
    return count;
  }

  return {
    phase: 'learning',
    get done() {
      return at.epoch * nPairs + at.pair;
    },
    total: epochs * nPairs,
    get history() {
      return at.history;
    },
    step() {
      const began = performance.now();
      const epoch = random(seed).fork(at.epoch + 1);
      order ??= permutation(nPairs, epoch);
      // each unit has a stream of its own, so that no state need be kept
      chance = epoch.fork(at.pair);
      const risen = Math.min(1, at.epoch / (burnIn * epochs));
      const rate = learningRate * (FIRST_RATE + (1 - FIRST_RATE) * (burnIn > 0 ? risen : 1));
      const end = Math.min(nPairs, (Math.floor(at.pair / unit) + 1) * unit);
      const from = at.pair;
      let lost = 0;
      for (; at.pair < end; at.pair++) {
        const pair = order[at.pair];
        const node = sources[pair];
        move.others[0] = links.to[pair];
        lost += move.step(node, draw(node, chance, move.others), rate);
      }
      if (!Number.isFinite(lost)) {
        throw new NumericalError(
          `learning diverged in epoch ${at.epoch + 1}; try a learningRate below ${learningRate}`,
          { code: 'diverged', details: { epoch: at.epoch + 1 } },
        );
      }
      at.loss += lost;
      worked = { pairs: worked.pairs + end - from, ms: worked.ms + performance.now() - began };
      const detail: LearnDetail = {
        epoch: at.epoch + 1,
        nEpochs: epochs,
        losses: { loss: lost / (end - from) },
        samplesPerSecond: (1000 * worked.pairs) / (worked.ms || 1),
      };
      if (at.pair < nPairs) return detail;
      detail.record = { epoch: at.epoch + 1, train: { loss: at.loss / nPairs } };
      at.history.push(detail.record);
      at = { ...at, epoch: at.epoch + 1, pair: 0, loss: 0 };
      order = undefined;
      return detail;
    },
    result: () => x,
    checkpoint: () =>
      writeSafetensors({ vectors: { shape: [n, d], data: x } }, { format: FORMAT, position: JSON.stringify(at) }),
  };
}

/** What a checkpoint is of, and how far it came. */
interface Own {
  seed: number;
  nNodes: number;
  nPairs: number;
  latentDim: number;
  negative: number;
}

interface Position extends Own {
  epoch: number;
  pair: number;
  loss: number;
  history: EpochRecord[];
}

function restored(bytes: Uint8Array, own: Own, length: number): [Float64Array<ArrayBuffer>, Position] {
  const { tensors, metadata } = readSafetensors(bytes, 'checkpoint');
  const { data } = tensors.vectors ?? {};
  if (metadata.format !== FORMAT || !(data instanceof Float64Array)) {
    throw new FormatError('checkpoint: these safetensors are not a checkpoint of a Poincaré embedding');
  }
  const position = JSON.parse(metadata.position) as Position;
  const other = (Object.keys(own) as (keyof Own)[]).find((key) => position[key] !== own[key]);
  if (other || data.length !== length) {
    const what = other ? `its ${other} is ${position[other]}, expected ${own[other]}` : 'it has other vectors';
    throw new InputError(
      `the checkpoint is of another run: ${what}; it goes on with the options and data it began with`,
      { code: 'checkpoint' },
    );
  }
  return [data.slice(), position];
}

/** One step of descent on x [n, d], in place. */
function mover(x: Float64Array, d: number, negative: number) {
  const most = negative + 1;
  /** the node above, then those it is held against */
  const others = new Int32Array(most);
  const gaps = new Float64Array(most);
  const roots = new Float64Array(most);
  const nears = new Float64Array(most);
  const gradient = new Float64Array(d);

  /** Moves x[at … at + d) back inside the ball, if it left it. */
  function inside(at: number): void {
    let squares = 0;
    for (let c = 0; c < d; c++) squares += x[at + c] * x[at + c];
    if (squares < BALL_RADIUS * BALL_RADIUS) return;
    const scale = BALL_RADIUS / Math.sqrt(squares);
    for (let c = 0; c < d; c++) x[at + c] *= scale;
  }

  return {
    others,
    /** @returns the loss before the step, in nats */
    step(node: number, count: number, rate: number): number {
      const u = node * d;
      let uu = 0;
      for (let c = 0; c < d; c++) uu += x[u + c] * x[u + c];
      const gap = 1 - uu;
      let sum = 0;
      for (let k = 0; k < count; k++) {
        const v = others[k] * d;
        let [apart, vv] = [0, 0];
        for (let c = 0; c < d; c++) {
          const value = x[v + c];
          const difference = x[u + c] - value;
          apart += difference * difference;
          vv += value * value;
        }
        gaps[k] = 1 - vv;
        const t = apart / (gap * gaps[k]);
        roots[k] = Math.sqrt(t * (t + 1));
        // e^−d, as d = arcosh(1 + 2t)
        nears[k] = 1 / (1 + 2 * (t + roots[k]));
        sum += nears[k];
      }
      gradient.fill(0);
      for (let k = 0; k < count; k++) {
        if (roots[k] < 1e-15) continue;
        const v = others[k] * d;
        const pull = ((k === 0 ? 1 : 0) - nears[k] / sum) / (2 * roots[k]);
        let uv = 0;
        for (let c = 0; c < d; c++) uv += x[u + c] * x[v + c];
        const [ofU, ofV] = [pull / gaps[k], (rate * pull) / gap];
        const [atU, atV] = [2 - gaps[k] - 2 * uv, 1 + uu - 2 * uv];
        for (let c = 0; c < d; c++) {
          const [a, b] = [x[u + c], x[v + c]];
          gradient[c] += ofU * (atU * a - gap * b);
          x[v + c] = b - ofV * (atV * b - gaps[k] * a);
        }
        inside(v);
      }
      for (let c = 0; c < d; c++) x[u + c] -= rate * gradient[c];
      inside(u);
      return Math.log(sum / nears[0]);
    },
  };
}
