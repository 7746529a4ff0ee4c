/**
 * Rows as the project has them ⇄ rows as a model from elsewhere takes them: pictures with their channels first or last,
 * values moved and scaled, bytes rounded.
 */
import { InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Medium } from '../data/index.ts';

/** How a model sees rows, as space.json keeps it. The model's value is (value − mean) / deviation. */
export interface RowForm {
  readonly layout?: 'channelsFirst' | 'channelsLast';
  /** one for all values, or one for each channel of a picture, or for each feature */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** whole numbers in this range */
  readonly whole?: readonly [number, number];
}

/** What a model takes for values from 0 to 1, when it is that range that is told. */
export function rangeForm([low, high]: readonly [number, number]): Pick<RowForm, 'mean' | 'deviation'> {
  if (!(high > low)) {
    throw new InputError(`range is ${low} to ${high}, expected a lower and a higher number, as −1, 1`, {
      code: 'option',
    });
  }
  const deviation = 1 / (high - low);
  return { mean: [0 - low * deviation], deviation: [deviation] };
}

/** Rows → what the model takes. */
export function toModel(x: Matrix, form: RowForm, medium: Medium): Matrix {
  const places = placesOf(form, medium, x.cols);
  const { mean, deviation, whole } = form;
  if (!places && !whole && isPlain(form)) return x;
  const out = matrix(x.rows, x.cols);
  const [means, deviations] = [spread(mean, medium, x.cols), spread(deviation, medium, x.cols)];
  for (let i = 0; i < x.data.length; i += x.cols) {
    for (let k = 0; k < x.cols; k++) {
      const j = places ? places[k] : k;
      const value = (x.data[i + j] - means[j]) / deviations[j];
      out.data[i + k] = whole ? Math.min(whole[1], Math.max(whole[0], Math.round(value))) : value;
    }
  }
  return out;
}

/** What the model gives → rows. */
export function fromModel(y: Matrix, form: RowForm, medium: Medium): Matrix {
  const places = placesOf(form, medium, y.cols);
  if (!places && isPlain(form)) return y;
  const out = matrix(y.rows, y.cols);
  const [means, deviations] = [spread(form.mean, medium, y.cols), spread(form.deviation, medium, y.cols)];
  for (let i = 0; i < y.data.length; i += y.cols) {
    for (let k = 0; k < y.cols; k++) {
      const j = places ? places[k] : k;
      out.data[i + j] = y.data[i + k] * deviations[j] + means[j];
    }
  }
  return out;
}

/** @throws InputError unless there is one number, or one for each channel or feature, and no deviation is 0 */
export function checkForm({ mean, deviation }: RowForm, medium: Medium, nFeatures: number): void {
  const each = medium.kind === 'image' ? medium.channels : nFeatures;
  for (const [name, values] of Object.entries({ mean, deviation })) {
    if (values.length !== 1 && values.length !== each) {
      const what = medium.kind === 'image' ? 'for each channel' : 'for each feature';
      throw new InputError(`${name} has ${values.length} numbers, expected 1, or ${each}, one ${what}`, {
        code: 'option',
        details: { option: name },
      });
    }
    const wrong = values.find((value) => !Number.isFinite(value) || (name === 'deviation' && value === 0));
    if (wrong !== undefined) {
      throw new InputError(
        `${name} has ${wrong}, expected finite numbers${name === 'deviation' ? ' other than 0' : ''}`,
        {
          code: 'option',
          details: { option: name },
        },
      );
    }
  }
}

const isPlain = ({ mean, deviation }: RowForm): boolean =>
  mean.every((value) => value === 0) && deviation.every((value) => value === 1);

/** Where each of the model's values is in a row of ours; undefined where they are in the same order. */
function placesOf({ layout }: RowForm, medium: Medium, nFeatures: number): Uint32Array | undefined {
  if (medium.kind !== 'image' || medium.channels === 1 || layout !== 'channelsFirst') return undefined;
  const { channels } = medium;
  const pixels = nFeatures / channels;
  return Uint32Array.from({ length: nFeatures }, (_, k) => (k % pixels) * channels + Math.floor(k / pixels));
}

/** A value for each feature of our rows. */
function spread(values: readonly number[], medium: Medium, nFeatures: number): Float64Array {
  const period = medium.kind === 'image' ? medium.channels : nFeatures;
  return Float64Array.from({ length: nFeatures }, (_, j) => values[values.length === 1 ? 0 : j % period]);
}
