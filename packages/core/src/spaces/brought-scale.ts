/**
 * How models from elsewhere want values moved and scaled. Of pictures it is found by trial where there is a decoder: of
 * the usual scalings, that under which pictures come back best is the one the models were trained with; the wrong ones
 * are far off.
 */
import { FormatError, InputError, matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Classes, Medium } from '../data/index.ts';
import type { OnnxPort, OnnxPorts } from '../graph/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { rowModel } from './brought-model.ts';
import type { ModelFile, ModelSpec } from './brought-model.ts';
import type { BroughtOptions } from './brought-ports.ts';
import { checkForm, fromModel, rangeForm, toModel } from './brought-rows.ts';
import type { RowForm } from './brought-rows.ts';

/** The data whose rows are encoded: some of them are tried. */
export interface BroughtData {
  readonly name: string;
  readonly medium: Medium;
  /** [n, nFeatures]; a hundred are plenty */
  readonly sample: Matrix;
  /** of these rows, for models that take the class of each */
  readonly classes?: Classes;
}

/** A model file and what it says of its ports. */
export interface Opened {
  readonly file: ModelFile;
  readonly ports: OnnxPorts;
}

/** How a model is run, by the port that rows are fed to or come from. */
export interface Side {
  readonly spec: ModelSpec;
  readonly port: OnnxPort;
  readonly layout: RowForm['layout'];
  readonly medium: Medium;
}

/** What is known of both sides. */
export interface Known {
  readonly data?: BroughtData;
  readonly told: BroughtOptions;
  readonly notes: string[];
  readonly runtime: Runtime;
}

/** A pair, or one of it. */
export interface Sides {
  readonly encoder?: Opened;
  readonly decoder?: Opened;
  readonly encoding?: Side;
  readonly decoding?: Side;
}

const PLAIN: RowForm = { mean: [0], deviation: [1] };
const SIGNED = rangeForm([-1, 1]);
const BYTES = rangeForm([0, 255]);
/** channel means and deviations of the two sets that most picture models are trained with */
const MNIST = { mean: [0.1307], deviation: [0.3081] };
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const WHOLE: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 128],
  int64: [-(2 ** 53), 2 ** 53],
};
/** pictures of whose variance more than this share is lost have not come back */
const BACK = 0.95;
/** what a scaling loses weighs so much more when it is not pixels as they are, and when the two sides differ in it */
const RARER = 1.15;
const UNLIKE = 1.4;
const TRIED = 64;

/**
 * How values are moved and scaled on either side.
 * @throws InputError, code `tell`, asking for `range`, when it can't be found
 */
export async function scale(
  sides: Sides,
  known: Known & { medium: Medium; nFeatures: number },
): Promise<{ encoder: RowForm; decoder: RowForm }> {
  const { encoder, decoder, encoding, decoding } = sides;
  const { medium, nFeatures, told, notes, data } = known;
  const said = toldForm(told, medium, nFeatures);
  const whole = encoding && WHOLE[encoding.port.type];
  // what is in whole numbers, and no float, is pictures in bytes or counts as they are
  const ofBytes = medium.kind === 'image' ? BYTES : PLAIN;
  const stated = {
    encoder: said ?? (whole ? ofBytes : medium.kind === 'image' ? undefined : PLAIN),
    decoder: decoding && (endForm(decoder!, decoding, medium) ?? said ?? (medium.kind === 'image' ? undefined : PLAIN)),
  };
  const finish = (forms: { encoder?: RowForm; decoder?: RowForm }) => ({
    encoder: { ...(forms.encoder ?? PLAIN), ...(whole && { whole }) },
    decoder: forms.decoder ?? PLAIN,
  });
  if (encoding && decoding && data && (!stated.encoder || !stated.decoder || medium.kind === 'image')) {
    const best = await tryForms(sides, known, stated);
    if (best.lost <= BACK || (stated.encoder && stated.decoder)) {
      if (!stated.encoder) notes.push(`pixels are scaled ${nameForm(best.encoder)}: so they come back best`);
      if (best.lost > BACK && !said) notes.push(lostNote(best.lost, whole !== undefined));
      return finish(best);
    }
    // a decoder that ends in [0, 1] or [−1, 1] was most likely learned with pictures of that range
    if (stated.decoder) {
      notes.push(lostNote(best.lost, false));
      return finish({ encoder: stated.decoder, decoder: stated.decoder });
    }
    throw askRange(encoder!.file.name, ', and pictures come back under none of the usual ones');
  }
  if (encoding && !stated.encoder) {
    if (!stated.decoder) throw askRange(encoder!.file.name, '');
    return finish({ encoder: stated.decoder, decoder: stated.decoder });
  }
  if (decoding && !stated.decoder) {
    return finish({ encoder: stated.encoder, decoder: stated.encoder ?? (await seenForm(sides, known)) });
  }
  return finish(stated);
}

function toldForm({ mean, deviation, range }: BroughtOptions, medium: Medium, nFeatures: number): RowForm | undefined {
  if (range && (mean || deviation)) {
    throw new InputError('range and mean or deviation were given; expected one or the other', { code: 'option' });
  }
  if (!range && !mean && !deviation) return undefined;
  const form = range ? rangeForm(range) : { mean: mean ?? [0], deviation: deviation ?? [1] };
  checkForm(form, medium, nFeatures);
  return form;
}

/** What the last operation of a decoder, or the type of its output, says of its range. */
function endForm({ ports }: Opened, { spec, port }: Side, medium: Medium): RowForm | undefined {
  if (medium.kind !== 'image') return undefined;
  if (port.type in WHOLE) return BYTES;
  const end = ports.endings[spec.output];
  return end === 'Sigmoid' ? PLAIN : end === 'Tanh' ? SIGNED : undefined;
}

/** The usual scalings, tried on both sides; `lost` is the share of the pictures' variance that does not come back. */
async function tryForms(
  { encoder, decoder, encoding, decoding }: Sides,
  { medium, data, runtime }: Known & { medium: Medium },
  stated: { encoder?: RowForm; decoder?: RowForm },
): Promise<{ encoder: RowForm; decoder: RowForm; lost: number }> {
  const { sample, classes: known } = data!;
  const classes = known?.codes.subarray(0, TRIED);
  const x = matrix(Math.min(TRIED, sample.rows), sample.cols, sample.data.subarray(0, TRIED * sample.cols));
  const colour = medium.kind === 'image' && medium.channels === 3;
  const usual = [PLAIN, SIGNED, BYTES, colour ? IMAGENET : MNIST];
  // most often both sides are alike
  if (stated.decoder === SIGNED) usual.unshift(SIGNED);
  const variance = spreadOf(x);
  const whole = WHOLE[encoding!.port.type];
  const models = await Promise.all([
    rowModel(encoder!.file, encoding!.spec, runtime),
    rowModel(decoder!.file, decoding!.spec, runtime),
  ]);
  let best = { encoder: stated.encoder ?? PLAIN, decoder: stated.decoder ?? PLAIN, lost: Infinity };
  let least = Infinity;
  try {
    for (const into of stated.encoder ? [stated.encoder] : usual) {
      const form = { ...into, layout: encoding!.layout, ...(whole && { whole }) };
      const given = await models[1].run(await models[0].run(toModel(x, form, medium), classes), classes);
      for (const out of stated.decoder ? [stated.decoder] : usual) {
        const lost = meanSquare(x, fromModel(given, { ...out, layout: decoding!.layout }, medium)) / variance;
        const weighed = lost * (into === out ? 1 : UNLIKE) * (into === usual[0] ? 1 : RARER);
        if (weighed >= least) continue;
        least = weighed;
        best = { encoder: into, decoder: out, lost };
      }
    }
  } finally {
    await Promise.all(models.map((model) => model.dispose()));
  }
  return best;
}

/** A decoder alone: what range its rows are in, for codes drawn from the standard normal. */
async function seenForm(
  { decoder, decoding }: Sides,
  { runtime, medium }: Known & { medium: Medium },
): Promise<RowForm> {
  if (medium.kind !== 'image') return PLAIN;
  const model = await rowModel(decoder!.file, decoding!.spec, runtime);
  try {
    const z = matrix(TRIED, model.from);
    random(0).fillNormal(z.data);
    const nClasses = decoding!.spec.classes?.nClasses ?? 1;
    const { data } = await model.run(
      z,
      Int32Array.from({ length: TRIED }, (_, i) => i % nClasses),
    );
    const [low, high] = data.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    if (!Number.isFinite(low) || !Number.isFinite(high)) {
      throw new FormatError(`${decoder!.file.name} gives values that are not finite for codes of a standard normal`, {
        code: 'not-finite',
        details: { name: decoder!.file.name },
      });
    }
    return high > 4 ? BYTES : low < -0.3 ? SIGNED : PLAIN;
  } finally {
    await model.dispose();
  }
}

function askRange(name: string, why: string): InputError {
  return new InputError(
    `${name} does not say how pixels are scaled${why}; say the range that it takes, as 0,1 or -1,1 or 0,255, ` +
      'or mean and deviation',
    { code: 'tell', details: { ask: 'range', name } },
  );
}

function nameForm(form: RowForm): string {
  if (form === PLAIN) return 'from 0 to 1';
  if (form === SIGNED) return 'from −1 to 1';
  if (form === BYTES) return 'from 0 to 255';
  return `by mean ${form.mean.join(', ')} and deviation ${form.deviation.join(', ')}`;
}

const lostNote = (lost: number, whole: boolean): string =>
  `pictures come back no better than their mean (${lost.toPrecision(2)} of their variance is lost)` +
  (whole ? '' : '; if pixels should be scaled, say the range, or mean and deviation');

function spreadOf(x: Matrix): number {
  const mean = new Float64Array(x.cols);
  for (let i = 0; i < x.data.length; i++) mean[i % x.cols] += x.data[i] / x.rows;
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += (x.data[i] - mean[i % x.cols]) ** 2;
  return Math.max(sum / x.data.length, 1e-12);
}

function meanSquare(x: Matrix, y: Matrix): number {
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += (x.data[i] - y.data[i]) ** 2;
  return Number.isFinite(sum) ? sum / x.data.length : Infinity;
}
