/**
 * `space add`: models from elsewhere, or the files of a saved space, → a space in the project, with the codes of all rows
 * of the data it is brought to. A decoder alone has no rows to encode: codes drawn from its prior are what it is shown by.
 */
import { InputError } from '../base/index.ts';
import type { JobOptions, Matrix, Options } from '../base/index.ts';
import { classesOf, readRows, rowsOf } from '../data/index.ts';
import type { ByteSource, Dataset } from '../data/index.ts';
import { inlineWeights, onnxPorts } from '../graph/index.ts';
import type { OnnxPort } from '../graph/index.ts';
import { bringSpace, fitPrior, loadSpace } from '../spaces/index.ts';
import type {
  BroughtData,
  BroughtSpace,
  Conditions,
  FittedSpace,
  LatentSpace,
  LearnJob,
  ModelFile,
  SpaceFiles,
} from '../spaces/index.ts';
import { useDataset } from './datasets.ts';
import type { Desk } from './desk.ts';
import { slug } from './items.ts';
import { fitAndKeep } from './learn.ts';
import type { AddSpaceArgs, SpaceInfo } from './workbench.ts';

/** rows that scaling is tried on, and that errors and the prior are measured on */
const TRIED = 64;
const MEASURED = 4096;
/** codes of a decoder alone, and numbers of the rows that they decode to at most */
const DRAWN = 1000;
const DRAWN_NUMBERS = 2 ** 25;
/** the covariance of wider codes is more than a space.json should hold */
const PRIOR_DIM = 128;

interface Sides {
  encoder?: ModelFile;
  decoder?: ModelFile;
}

export async function addSpace(desk: Desk, args: AddSpaceArgs, job: JobOptions = {}): Promise<SpaceInfo> {
  const { data, name } = args;
  if (args.files.length === 0)
    throw new InputError('no files were given; name an encoder, a decoder or both, as .onnx');
  await desk.items.checkName(name);
  const info = data === undefined ? undefined : await desk.items.findKind(data, 'data');
  const files = await readFiles(args.files);
  job.signal?.throwIfAborted();
  const saved = files.some((file) => file.name === 'space.json');
  const sides = saved ? undefined : rolesOf(files, args, info?.nFeatures);
  // a decoder of other rows has nothing to do with the data that happens to be looked at
  const of = sides && !sides.encoder && sizes(sides.decoder!).given !== info?.nFeatures ? undefined : info;
  const keep = (dataset: Dataset): Promise<SpaceInfo> => {
    const base = [of?.id, stemOf(files)].filter(Boolean).join('-');
    const fit = (): Promise<FittedSpace> =>
      sides ? bring(desk, sides, args, of && dataset) : loaded(desk, files, of && dataset);
    return fitAndKeep(desk, { name: 'brought', fit }, { dataset, data: of?.id, name, base }, job as LearnJob);
  };
  return of ? useDataset(desk, of, keep) : keep(NOTHING);
}

const NOTHING: Dataset = {
  name: 'nothing',
  rows: { data: new Float32Array(), nSamples: 0, nFeatures: 0, scale: 1 },
  columns: [],
  medium: { kind: 'vector' },
  warnings: [],
};

async function bring(desk: Desk, sides: Sides, args: AddSpaceArgs, dataset: Dataset | undefined): Promise<FittedSpace> {
  if (dataset?.medium.kind === 'text') {
    throw new InputError(
      `${dataset.name} holds texts, and a model takes numbers; learn a space with method pretrained`,
      {
        code: 'texts',
      },
    );
  }
  const { files: _, data: __, name: ___, encoder: ____, decoder: _____, ...told } = args;
  const space = await bringSpace(sides, desk.runtime, {
    told,
    ...(dataset && { data: broughtData(dataset, args.label) }),
  });
  try {
    return await measured(space, sides, dataset);
  } catch (error) {
    await space.dispose();
    throw error;
  }
}

/** Some rows to try, and their classes where there is such a column. @throws InputError for one that holds none */
function broughtData(dataset: Dataset, label?: string): BroughtData {
  const { name, medium } = dataset;
  const rows = spreadRows(dataset, TRIED);
  const named =
    label ?? dataset.columns.find((column) => column.type === 'category' && column.name === dataset.label)?.name;
  const classes = named === undefined ? undefined : classesOf(dataset, named);
  return {
    name,
    medium,
    sample: readRows(dataset.rows, rows),
    ...(classes && { classes: { ...classes, codes: Int32Array.from(rows, (row) => classes.codes[row]) } }),
  };
}

/** The space with a prior, and how well rows come back, on some of them. */
async function measured(space: BroughtSpace, sides: Sides, dataset: Dataset | undefined): Promise<FittedSpace> {
  const { encoder, decoder, notes } = space.spec;
  const rows = (encoder ?? decoder)!.rows;
  const options: Options = {
    ...(sides.encoder && { encoder: sides.encoder.name, codesOutput: encoder!.output }),
    ...(sides.decoder && { decoder: sides.decoder.name, rowsOutput: decoder!.output }),
    ...(rows.layout && { layout: rows.layout }),
    mean: rows.mean,
    deviation: rows.deviation,
  };
  const whole = { options, history: [], warnings: notes, stopped: false };
  if (!dataset || !space.encode) {
    const drawn = space.withPrior({ kind: 'standardNormal' });
    return { ...whole, space: drawn, metrics: { train: {} }, ...(await drawnItems(drawn)) };
  }
  const indices = spreadRows(dataset, MEASURED);
  const x = readRows(dataset.rows, indices);
  const all = space.conditions && classesOf(dataset, space.conditions.column).codes;
  const classes = all && Int32Array.from(indices, (row) => all[row]);
  const codes = await space.encode(x, classes);
  const mse = space.decode && meanSquare(x, await space.decode(codes, classes));
  const priced = space.decode !== undefined && space.latentDim <= PRIOR_DIM && x.rows > 1;
  return {
    ...whole,
    space: priced ? space.withPrior(fitPrior(codes)) : space,
    metrics: { train: {}, ...(mse !== undefined && { mse }) },
  };
}

/** A space that was saved elsewhere. */
async function loaded(desk: Desk, files: readonly ModelFile[], dataset: Dataset | undefined): Promise<FittedSpace> {
  const saved: SpaceFiles = Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
  const space: LatentSpace = await loadSpace(saved, desk.runtime);
  const whole = { space, options: {}, history: [], warnings: [], stopped: false, metrics: { train: {} } };
  const { nFeatures, method } = space;
  if (dataset && space.encode && dataset.rows.nFeatures !== nFeatures) {
    await space.dispose();
    throw new InputError(
      `${dataset.name} has rows of ${dataset.rows.nFeatures} numbers, but the space (${method}) encodes ${nFeatures}`,
      { code: 'shape', details: { expected: nFeatures } },
    );
  }
  if (dataset && (space.encode ?? space.encodeTexts)) return whole;
  if (!space.prior) {
    await space.dispose();
    throw new InputError(`the space (${method}) has no prior to draw from; name the data whose rows it encodes`, {
      code: 'tell',
      details: { ask: 'data' },
    });
  }
  return { ...whole, ...(await drawnItems(space)) };
}

/** Codes drawn from the prior, and what is decoded from them, as items of a space that has no rows. */
async function drawnItems(space: LatentSpace): Promise<Pick<FittedSpace, 'items' | 'codes'>> {
  const n = Math.max(2, Math.min(DRAWN, Math.floor(DRAWN_NUMBERS / space.nFeatures)));
  const codes = space.prior!.sample(n, 0);
  // of a model that is given classes, all in turn
  const drawn = space.conditions && Int32Array.from({ length: n }, (_, i) => i % space.conditions!.categories.length);
  const items: Dataset = { ...NOTHING, name: 'drawn', ...(drawn && classColumn(space.conditions!, drawn)) };
  if (!space.decode) return { items: { ...items, rows: rowsOf(codes) }, codes };
  const rows = await space.decode(codes, drawn);
  // rounding may leave [0, 1], where pictures are
  if (space.medium.kind === 'image') rows.data.forEach((v, i) => (rows.data[i] = Math.min(1, Math.max(0, v))));
  return { items: { ...items, rows: rowsOf(rows), medium: space.medium }, codes };
}

function classColumn({ column: name, categories }: Conditions, codes: Int32Array): Pick<Dataset, 'columns' | 'label'> {
  return { columns: [{ name, type: 'category', codes, categories: [...categories] }], label: name };
}

async function readFiles(sources: readonly ByteSource[]): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  for (const source of sources) {
    const name = baseOf(source.name);
    if (name === 'codes.npy' || name === 'info.json') continue;
    files.push({ name, bytes: await source.slice(0) });
  }
  const models = files.filter(({ name }) => /\.onnx$/i.test(name));
  if (models.length === 0 || files.some(({ name }) => name === 'space.json')) return files;
  // what is no model is weights beside one
  const beside = Object.fromEntries(
    files.filter((file) => !models.includes(file)).map((file) => [file.name, file.bytes]),
  );
  return models.map(({ name, bytes }) => ({
    name,
    bytes: bytes.length > 0 ? inlineWeights(bytes, beside, { name }) : bytes,
  }));
}

const ENCODES = /enc|embed|inference|feature/i;
const DECODES = /dec|gen/i;

/**
 * Which file is the encoder and which the decoder: as told, by their names, else one alone by the sizes it says.
 * @param nFeatures  of the data, where there is any
 * @throws InputError, code `tell`, when it can't be told
 */
function rolesOf(
  files: readonly ModelFile[],
  { encoder, decoder }: AddSpaceArgs,
  nFeatures: number | undefined,
): Sides {
  const names = files.map(({ name }) => name).join(', ');
  const named = (wanted: string): ModelFile => {
    const found = files.find(({ name }) => name === baseOf(wanted));
    if (found) return found;
    throw new InputError(`${wanted} is not among the files: ${names}`, { code: 'option' });
  };
  const told = { ...(encoder && { encoder: named(encoder) }), ...(decoder && { decoder: named(decoder) }) };
  const rest = files.filter((file) => file !== told.encoder && file !== told.decoder);
  const unclear = (): InputError =>
    new InputError(`which is the encoder and which the decoder can't be told from their names: ${names}; say it`, {
      code: 'tell',
      details: { ask: 'roles', files: files.map(({ name }) => name) },
    });
  if (files.length > 2) {
    throw new InputError(`got ${files.length} files (${names}), expected an encoder.onnx, a decoder.onnx or both`, {
      code: 'too-many-files',
    });
  }
  if (rest.length === 0) return told;
  if (rest.length === 1 && files.length === 2)
    return told.encoder ? { ...told, decoder: rest[0] } : { ...told, encoder: rest[0] };
  const [first, second] = rest;
  const role = ({ name }: ModelFile): 'encoder' | 'decoder' | undefined => {
    const [encodes, decodes] = [ENCODES.test(name), DECODES.test(name)];
    return encodes === decodes ? undefined : encodes ? 'encoder' : 'decoder';
  };
  if (!second) {
    const { taken, given } = sizes(first);
    const makesMore = taken !== nFeatures && given > taken;
    return { [role(first) ?? (nFeatures === undefined || makesMore ? 'decoder' : 'encoder')]: first };
  }
  const [a, b] = [role(first), role(second)];
  if (a === b) throw unclear();
  return a === 'encoder' || b === 'decoder' ? { encoder: first, decoder: second } : { encoder: second, decoder: first };
}

/** The most numbers that a row of an input, and of an output, says to have; 0 where none says it. */
function sizes({ name, bytes }: ModelFile): { taken: number; given: number } {
  if (bytes.length === 0) return { taken: 0, given: 0 };
  const { inputs, outputs } = onnxPorts(bytes, { name });
  const most = (ports: readonly OnnxPort[]): number =>
    ports.reduce((size, { shape }) => {
      const own = (shape ?? []).slice(1).reduce<number>((n, dim) => (typeof dim === 'number' ? n * dim : 0), 1);
      return Math.max(size, (shape?.length ?? 0) > 1 ? own : 0);
    }, 0);
  return { taken: most(inputs), given: most(outputs) };
}

/** What a space is named after: `vae-encoder.onnx` → `vae`. */
function stemOf(files: readonly ModelFile[]): string {
  const stem = slug(files[0].name.replace(/\.(onnx|json)$/i, '')).replaceAll(/[-_.]*(en|de)coder[-_.]*/g, '');
  return stem === '' || stem === 'space' ? 'brought' : stem;
}

/** Up to `count` rows, evenly over the data. */
function spreadRows({ rows: { nSamples } }: Dataset, count: number): Uint32Array {
  const n = Math.min(count, nSamples);
  return Uint32Array.from({ length: n }, (_, i) => Math.floor((i * nSamples) / n));
}

function meanSquare(x: Matrix, y: Matrix): number {
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += (x.data[i] - y.data[i]) ** 2;
  return sum / x.data.length;
}

const baseOf = (path: string): string => path.replace(/^.*[/\\]/, '');
