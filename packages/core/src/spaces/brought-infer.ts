/**
 * How to use models from elsewhere: what they say of themselves, what a trial shows, what was told. Only what none of
 * these answers is asked for, by an InputError of code `tell` whose details name the question.
 *
 * Scaling of pictures is found by trial where there is a decoder: of the usual ones, that under which pictures come back
 * best is the one the models were trained with; the wrong ones are far off.
 */
import { FormatError, InputError, matrix, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Classes, Medium } from '../data/index.ts';
import type { OnnxPort, OnnxPorts } from '../graph/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { conditionsOf } from './brought-classes.ts';
import { classesKnown, portsOf, probe, product, rowModel } from './brought-model.ts';
import type { ModelEntry, ModelFile, ModelSpec } from './brought-model.ts';
import { besides, pickInput, pickOutput } from './brought-ports.ts';
import type { BroughtOptions } from './brought-ports.ts';
import { checkForm, fromModel, rangeForm, toModel } from './brought-rows.ts';
import type { RowForm } from './brought-rows.ts';
import { codeReading, givenLayout, likelyMedium, rowReadings, statedReading } from './brought-shapes.ts';
import type { Conditions } from './latent-space.ts';

/** A model and how it sees rows. */
export type SideSpec = ModelSpec & { readonly rows: RowForm };

export interface BroughtSpec {
  readonly encoder?: SideSpec;
  readonly decoder?: SideSpec;
  readonly medium: Medium;
  readonly latentDim: number;
  readonly nFeatures: number;
  /** the classes by which the models encode or decode */
  readonly conditions?: Conditions;
  /** what was found by trial or by name, a sentence each */
  readonly notes: readonly string[];
}

/** The data whose rows are encoded: some of them are tried. */
export interface BroughtData {
  readonly name: string;
  readonly medium: Medium;
  /** [n, nFeatures]; a hundred are plenty */
  readonly sample: Matrix;
  /** of these rows, for models that take the class of each */
  readonly classes?: Classes;
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

export async function inferBrought(
  files: { encoder?: ModelFile; decoder?: ModelFile },
  runtime: Runtime,
  { data, told = {} }: { data?: BroughtData; told?: BroughtOptions } = {},
): Promise<BroughtSpec> {
  const notes: string[] = [];
  const encoder = files.encoder && open(files.encoder);
  const decoder = files.decoder && open(files.decoder);
  if (!encoder && !decoder) {
    throw new InputError('a space needs an encoder, a decoder or both as .onnx; got neither', { code: 'no-model' });
  }
  const encoding = encoder && (await inferEncoder(encoder, decoder, { data, told, notes, runtime }));
  const medium = data?.medium ?? encoding?.medium;
  const decoding = decoder && (await inferDecoder(decoder, { encoding, medium, data, told, notes, runtime }));
  const rowsMedium = medium ?? (decoding as Decoding).medium;
  const nFeatures = data?.sample.cols ?? product(encoding?.spec.takes ?? (decoding as Decoding).spec.gives);
  const forms = await scale(
    { encoder, decoder, encoding, decoding },
    { medium: rowsMedium, nFeatures, data, told, notes, runtime },
  );
  return {
    ...conditionsBetween(encoding, decoding, data),
    medium: rowsMedium,
    latentDim: product(encoding?.spec.gives ?? (decoding as Decoding).spec.takes),
    nFeatures,
    notes,
    ...(encoding && { encoder: { ...encoding.spec, rows: { ...forms.encoder, layout: encoding.layout } } }),
    ...(decoding && { decoder: { ...decoding.spec, rows: { ...forms.decoder, layout: decoding.layout } } }),
  };
}

interface Opened {
  readonly file: ModelFile;
  readonly ports: OnnxPorts;
}

interface Encoding {
  readonly spec: ModelSpec;
  readonly port: OnnxPort;
  readonly layout: RowForm['layout'];
  readonly medium: Medium;
}

interface Decoding {
  readonly spec: ModelSpec;
  readonly port: OnnxPort;
  readonly layout: RowForm['layout'];
  readonly medium: Medium;
}

interface Known {
  readonly data?: BroughtData;
  readonly told: BroughtOptions;
  readonly notes: string[];
  readonly runtime: Runtime;
}

const open = (file: ModelFile): Opened => ({ file, ports: portsOf(file) });

async function inferEncoder(
  { file, ports }: Opened,
  decoder: Opened | undefined,
  { data, told, notes, runtime }: Known,
): Promise<Encoding> {
  const port = pickInput(file.name, ports.inputs, { as: 'rows', size: data?.sample.cols });
  const stated = data ? undefined : statedReading(file.name, port);
  if (!data && !stated) {
    throw new InputError(`${file.name} leaves the size of a row open; name the data whose rows it encodes`, {
      code: 'tell',
      details: { ask: 'data', name: file.name, input: port.name },
    });
  }
  const likely = likelyMedium(stated?.takes ?? []);
  const medium = data?.medium ?? likely.medium;
  const readings = data
    ? rowReadings(file.name, port, { medium, nFeatures: data.sample.cols, data: data.name }, told.layout)
    : [{ ...stated!, layout: told.layout ?? likely.layout }];
  const output = pickOutput(file.name, ports.outputs, {
    as: 'codes',
    size: decoder && latentSize(decoder),
    told: told.codesOutput,
    notes,
  });
  const beside = besides(file.name, ports.inputs, port.name, told, data);
  const runs: { spec: ModelSpec; layout: RowForm['layout'] }[] = [];
  let refusal: unknown;
  for (const { takes, batch, layout } of readings) {
    const some = data && data.sample.rows > 0 ? row(data.sample, 0) : new Float32Array(product(takes));
    try {
      const entry = await counted(file, { input: port.name, output, takes, batch, ...beside }, some, runtime);
      const { spec } = await probe(file, entry, some, runtime);
      runs.push({ spec, layout });
    } catch (error) {
      refusal ??= error;
    }
  }
  if (runs.length === 0) throw refusal;
  const layouts = new Set(runs.map((run) => run.layout));
  if (medium.kind === 'image' && medium.channels > 1 && layouts.size > 1) {
    throw new InputError(
      `${file.name} takes pictures with channels first as well as last; say its layout: channelsFirst or channelsLast`,
      { code: 'tell', details: { ask: 'layout', name: file.name, input: port.name } },
    );
  }
  return { ...runs[0], port, medium };
}

/** Numbers of a code, where a decoder states it. */
function latentSize({ file, ports }: Opened): number | undefined {
  const port = pickInput(file.name, ports.inputs, { as: 'codes' });
  const stated = port.shape && statedReading(file.name, port);
  return stated && product(stated.takes);
}

async function inferDecoder(
  { file, ports }: Opened,
  { encoding, medium, data, told, notes, runtime }: Known & { encoding?: Encoding; medium?: Medium },
): Promise<Decoding> {
  const gives = encoding?.spec.gives;
  const port = pickInput(file.name, ports.inputs, { as: 'codes', size: gives && product(gives) });
  const { takes, batch } = codeReading(file.name, port, { gives, latent: told.latent });
  const nFeatures = data?.sample.cols ?? (encoding && product(encoding.spec.takes));
  const output = pickOutput(file.name, ports.outputs, { as: 'rows', size: nFeatures, told: told.rowsOutput, notes });
  const beside = besides(file.name, ports.inputs, port.name, told, data);
  const code = new Float32Array(product(takes));
  const entry = await counted(file, { input: port.name, output, takes, batch, ...beside }, code, runtime);
  const { spec } = await probe(file, entry, code, runtime);
  const size = product(spec.gives);
  if (nFeatures !== undefined && size !== nFeatures) {
    throw new InputError(
      `${file.name}: output "${output}" gives rows of ${size} numbers [${spec.gives.join(', ')}], ` +
        `but ${data ? `${data.name} has` : 'the encoder takes'} rows of ${nFeatures}; expected a pair that fits`,
      { code: 'models-differ', details: { name: file.name, output, expected: nFeatures } },
    );
  }
  const likely = likelyMedium(spec.gives);
  const own = medium ?? likely.medium;
  const layout = givenLayout(spec.gives, own) ?? told.layout ?? encoding?.layout ?? likely.layout;
  return { spec, port: ports.outputs.find(({ name }) => name === output) as OnnxPort, layout, medium: own };
}

/** The entry of a model that takes class numbers and has no data to say how many there are: found by trial. */
async function counted(file: ModelFile, entry: ModelEntry, row: Float32Array, runtime: Runtime): Promise<ModelEntry> {
  const { classes } = entry;
  if (!classes || classes.nClasses > 0) return entry;
  const nClasses = await classesKnown(file, { ...entry, classes }, row, runtime);
  if (nClasses !== undefined) return { ...entry, classes: { ...classes, nClasses } };
  throw new InputError(
    `${file.name}: input "${classes.input}" takes a class number, and any will do; name the data whose classes ` +
      'they are, or say one value for all rows',
    { code: 'tell', details: { ask: 'inputs', name: file.name, input: classes.input, size: 1 } },
  );
}

/** The classes of both sides. @throws InputError when they take different numbers of them */
function conditionsBetween(
  encoding: Encoding | undefined,
  decoding: Decoding | undefined,
  data: BroughtData | undefined,
): { conditions?: Conditions } {
  const [one, other] = [encoding?.spec.classes?.nClasses, decoding?.spec.classes?.nClasses];
  if (one !== undefined && other !== undefined && one !== other) {
    throw new InputError(
      `the encoder takes one of ${one} classes, the decoder one of ${other}; expected a pair that fits`,
      {
        code: 'models-differ',
      },
    );
  }
  const nClasses = one ?? other;
  return nClasses === undefined ? {} : { conditions: conditionsOf(nClasses, data?.classes) };
}

interface Sides {
  readonly encoder?: Opened;
  readonly decoder?: Opened;
  readonly encoding?: Encoding;
  readonly decoding?: Decoding;
}

/** How values are moved and scaled on either side. */
async function scale(
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
function endForm({ ports }: Opened, { spec, port }: Decoding, medium: Medium): RowForm | undefined {
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
