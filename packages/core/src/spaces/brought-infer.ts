/**
 * How to use models from elsewhere: what they say of themselves, what a trial shows, what was told. Only what none of
 * these answers is asked for, by an InputError of code `tell` whose details name the question.
 */
import { InputError, row } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import type { OnnxPort } from '../graph/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { conditionsOf } from './brought-classes.ts';
import { classesKnown, portsOf, probe, product } from './brought-model.ts';
import type { ModelEntry, ModelFile, ModelSpec } from './brought-model.ts';
import { besides, pickInput, pickOutput } from './brought-ports.ts';
import type { BroughtOptions } from './brought-ports.ts';
import type { RowForm } from './brought-rows.ts';
import { scale } from './brought-scale.ts';
import type { BroughtData, Known, Opened, Side } from './brought-scale.ts';
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
  const rowsMedium = medium ?? (decoding as Side).medium;
  const nFeatures = data?.sample.cols ?? product(encoding?.spec.takes ?? (decoding as Side).spec.gives);
  const forms = await scale(
    { encoder, decoder, encoding, decoding },
    { medium: rowsMedium, nFeatures, data, told, notes, runtime },
  );
  return {
    ...conditionsBetween(encoding, decoding, data),
    medium: rowsMedium,
    latentDim: product(encoding?.spec.gives ?? (decoding as Side).spec.takes),
    nFeatures,
    notes,
    ...(encoding && { encoder: { ...encoding.spec, rows: { ...forms.encoder, layout: encoding.layout } } }),
    ...(decoding && { decoder: { ...decoding.spec, rows: { ...forms.decoder, layout: decoding.layout } } }),
  };
}

const open = (file: ModelFile): Opened => ({ file, ports: portsOf(file) });

async function inferEncoder(
  { file, ports }: Opened,
  decoder: Opened | undefined,
  { data, told, notes, runtime }: Known,
): Promise<Side> {
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
  { encoding, medium, data, told, notes, runtime }: Known & { encoding?: Side; medium?: Medium },
): Promise<Side> {
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
  encoding: Side | undefined,
  decoding: Side | undefined,
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
