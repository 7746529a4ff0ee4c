/**
 * What a GAN shows while it learns: what the averaged generator makes of the same codes each time, how many modes that
 * covers, and, of data in the plane, how real the discriminator thinks each place. An average hardly moves in one step, so
 * while the players are stepped by hand the generator is shown as it stands.
 */
import { matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { compile, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { boundScope } from '../nn/index.ts';
import type { Parameter } from '../nn/index.ts';
import type { Runtime, TensorValue } from '../runtime/index.ts';
import type { Coverage } from './gan-coverage.ts';
import type { GanShown } from './gan-networks.ts';
import type { LearnPreview } from './latent-space.ts';

const SAMPLES = 24;
const PLANE_SAMPLES = 1000;
const SIZE = 48;
/** how far the surface reaches beyond the data, as a share of their range */
const MARGIN = 0.15;
/** at most three a second, and a twentieth of the time */
const INTERVAL_MS = 333;
const TIME_SHARE = 1 / 20;

export interface GanPreviews {
  /**
   * undefined when the last was a moment ago
   * @param asked  by a person, who waits for it
   */
  due(players: readonly Parameter[], averaged: readonly Parameter[], asked: boolean): Promise<LearnPreview | undefined>;
  dispose(): Promise<void>;
}

export async function ganPreviews(
  runtime: Runtime,
  players: readonly Parameter[],
  rows: Matrix,
  { decode, judge, latentDim, nFeatures, nClasses, seed }: GanShown,
  covered?: Coverage,
): Promise<GanPreviews> {
  const plane = nFeatures === 2;
  const n = plane ? PLANE_SAMPLES : SAMPLES;
  const scope = boundScope(new Map(players.map(({ name, shape }) => [name, input(name, shape)])));
  const z = matrix(n, latentDim);
  random(seed).fork(0x5a3).fillNormal(z.data);
  const fixed: Record<string, TensorValue> = { z: tensorOf(z) };
  const classes = (name: string, count: number): Tensor | undefined => {
    if (nClasses === 0) return undefined;
    // samples take their classes by turns; a place is judged as of all classes in equal parts
    const data = new Float32Array(count * nClasses);
    for (let i = 0; i < count; i++) data[i * nClasses + (i % nClasses)] = 1;
    fixed[name] = {
      dtype: 'float32',
      shape: [count, nClasses],
      data: name === 'classes' ? data : data.fill(1 / nClasses),
    };
    return input(name, [count, nClasses]);
  };
  const generator = await compile(runtime, {
    samples: decode(scope, input('z', [n, latentDim]), classes('classes', n)),
  });
  const places = plane ? grid(rows) : undefined;
  const critic =
    places &&
    (await compile(runtime, {
      values: judge(scope, input('places', [SIZE * SIZE, 2]), classes('anyClass', SIZE * SIZE)),
    }));
  if (places) fixed.places = tensorOf(places.points);
  let next = 0;

  const feedsOf = (
    names: readonly { name: string }[],
    parameters: readonly Parameter[],
  ): Record<string, TensorValue> => {
    const own = new Map(
      parameters.map(({ name, shape, value }) => [name, { dtype: 'float32', shape, data: value } as const]),
    );
    return Object.fromEntries(names.map(({ name }) => [name, own.get(name) ?? fixed[name]]));
  };

  return {
    async due(current, averaged, asked) {
      const began = performance.now();
      if (began < next && !asked) return undefined;
      const shown = asked ? current : averaged;
      const { samples } = await generator.run(feedsOf(generator.inputs, shown));
      const figures = covered && { ...(await covered.figures(shown)), modes: covered.modes };
      const judged = await critic?.run(feedsOf(critic.inputs, current));
      const ended = performance.now();
      next = Math.max(began + INTERVAL_MS, ended + (ended - began) / TIME_SHARE);
      return {
        indices: new Uint32Array(0),
        coordinates: matrix(0, 2),
        originals: matrix(0, nFeatures),
        reconstructions: matrix(0, nFeatures),
        samples: matrix(n, nFeatures, samples.data as Float32Array),
        ...(asked && { momentary: true }),
        ...(figures && { figures }),
        ...(places &&
          judged && {
            surface: { size: SIZE, low: places.low, high: places.high, values: judged.values.data as Float32Array },
          }),
      };
    },
    async dispose() {
      await generator.dispose();
      await critic?.dispose();
    },
  };
}

/** Places over the range of the data and a margin, row after row from the lowest up. */
function grid({ data, rows }: Matrix): { points: Matrix; low: [number, number]; high: [number, number] } {
  const low: [number, number] = [Infinity, Infinity];
  const high: [number, number] = [-Infinity, -Infinity];
  for (let i = 0; i < 2 * rows; i++) {
    low[i % 2] = Math.min(low[i % 2], data[i]);
    high[i % 2] = Math.max(high[i % 2], data[i]);
  }
  for (let j = 0; j < 2; j++) {
    const margin = MARGIN * (high[j] - low[j]) || 1;
    low[j] -= margin;
    high[j] += margin;
  }
  const points = matrix(SIZE * SIZE, 2);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const at = [i % SIZE, Math.floor(i / SIZE)];
    for (let j = 0; j < 2; j++) points.data[2 * i + j] = low[j] + ((high[j] - low[j]) * at[j]) / (SIZE - 1);
  }
  return { points, low, high };
}

const tensorOf = ({ data, rows, cols }: Matrix): TensorValue => ({ dtype: 'float32', shape: [rows, cols], data });
