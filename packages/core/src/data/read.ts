/**
 * Files → a data set: one table, one array file, a pair of data and labels, a folder or a zip of images. Formats are
 * known by their content first and their name second.
 */
import { FormatError, InputError } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { assemble } from './assemble.ts';
import type { AssembleOptions, Found } from './assemble.ts';
import { readArrays } from './arrays.ts';
import type { NamedArrays } from './arrays.ts';
import type { Column, Dataset } from './dataset.ts';
import { csvTable } from './formats/csv.ts';
import { imagesDataset } from './formats/images.ts';
import type { ImageFile } from './formats/images.ts';
import { jsonLinesTable, jsonTable } from './formats/json.ts';
import { parquetTable } from './formats/parquet.ts';
import { textFound } from './formats/text.ts';
import { wordVectorsBinary, wordVectorsText } from './formats/word-vectors.ts';
import { columnOfArray, pickArrays, rowsOfArray } from './from-arrays.ts';
import { columnsOfTable, datasetOfTable } from './from-table.ts';
import { gunzipStream, gunzipped, INFLATE_LIMIT } from './gzip.ts';
import type { ImageSize, PixelRange } from './images.ts';
import { labelAmong } from './labels.ts';
import { SNIFF_BYTES, sniff } from './sniff.ts';
import type { Format } from './sniff.ts';
import type { ByteSource, ImageDecoder } from './source.ts';
import { byteProgress, streamOf } from './stream.ts';
import type { ByteStream, OnBytes } from './stream.ts';
import type { Table } from './table.ts';
import { zipEntries } from './zip.ts';

export interface ReadOptions {
  /** the data set's name; by default the file's or folder's */
  name?: string;
  /** a table or an array with one row a sample */
  labels?: ByteSource;
  /** the column that is the label; by default one named label, class, target, category, digit or y */
  label?: string;
  /** columns of numbers that stand beside the rows instead of being features */
  columns?: readonly string[];
  /** rows are images of this size; image files are resized to it */
  image?: ImageSize;
  /** needed for image files */
  decoder?: ImageDecoder;
  /** bytes that decompression and the rows may take, each; by default 4 GiB */
  limit?: number;
  /** fewest rows that are accepted; by default 2 */
  minSamples?: number;
  /**
   * the values of black and white where rows are images; by default told by the least and the greatest of them. Those of
   * image files are known
   */
  range?: PixelRange;
  /** whether that may be guessed; by default it may. For rows that a space is to encode: false */
  stretch?: boolean;
}

/** Names that operating systems leave in folders. */
const JUNK = /(^|\/)(__MACOSX|\.[^/]*|Thumbs\.db|desktop\.ini)(\/|$)/i;
const MAX_FILES = 2 ** 21;

/**
 * @throws FormatError that names file and offset or line; InputError when the content can't be used: values that are
 *   not finite, too few rows, labels of another length, a size that does not fit; AbortError when cancelled
 */
export async function readDataset(
  files: readonly ByteSource[],
  options: ReadOptions = {},
  job: JobOptions = {},
): Promise<Dataset> {
  const { image, label, name, minSamples, range, stretch, labels } = options;
  const wanted = files.filter((file) => !JUNK.test(file.name));
  if (wanted.length === 0) throw new InputError('no files were given; name at least one', { code: 'no-files' });
  const total = [...wanted, ...(labels ? [labels] : [])].reduce((sum, file) => sum + file.byteLength, 0);
  const context: Context = {
    options,
    job,
    limit: options.limit ?? INFLATE_LIMIT,
    onBytes: byteProgress('reading', total * 2, job),
  };
  job.signal?.throwIfAborted();

  const [first, second] = wanted;
  let found: Found;
  let pair: ByteSource | undefined;
  if (wanted.length === 1) {
    found = await readOne(first, context, labels !== undefined);
  } else {
    const formats = await Promise.all(wanted.slice(0, MAX_FILES).map((file) => formatOf(file, context)));
    if (formats.includes('image')) {
      found = await readImages(
        wanted.filter((_, i) => formats[i] === 'image'),
        wanted.length,
        context,
      );
    } else if (wanted.length === 2) {
      const [data, other] = await orderPair([first, second], context);
      found = await readOne(data, context, true, true);
      pair = other;
    } else {
      throw new InputError(
        `${wanted.length} files that are not images (${wanted
          .slice(0, 3)
          .map((file) => file.name)
          .join(', ')} …); give one table, a pair of data and labels, or a folder of images`,
        { code: 'many-files' },
      );
    }
  }
  const beside = labels ?? pair;
  const assembled: AssembleOptions = {
    name,
    label,
    image: found.medium.kind === 'image' && isImages(found) ? undefined : image,
    minSamples,
    range: isImages(found) ? [0, 255] : range,
    stretch,
  };
  if (beside) assembled.labels = { name: beside.name, columns: await readLabels(beside, context, beside === pair) };
  const dataset = await assemble(found, assembled, job.signal);
  job.signal?.throwIfAborted();
  return dataset;
}

interface Context {
  options: ReadOptions;
  job: JobOptions;
  limit: number;
  onBytes: OnBytes;
}

/** Rows that were decoded from image files have their size already. */
function isImages({ columns }: Found): boolean {
  return columns[0]?.name === 'file';
}

async function formatOf(file: ByteSource, { limit }: Context): Promise<Format> {
  const format = sniff(await file.slice(0, SNIFF_BYTES), file.name, file.byteLength);
  return format === 'gzip' ? (await innerFormat(await gunzipStream(file, { limit }))).format : format;
}

/** What is inside a gzip file, by its first bytes. */
async function innerFormat(stream: ByteStream): Promise<{ format: Format }> {
  for await (const chunk of stream.open())
    return { format: sniff(chunk.subarray(0, SNIFF_BYTES), stream.name, stream.byteLength) };
  throw new FormatError(`${stream.name} is empty`, { code: 'empty', details: { name: stream.name, offset: 0 } });
}

/** A file opened as what it is: as a stream where the format is read in order, as a source where it is not. */
interface Opened {
  format: Exclude<Format, 'gzip'>;
  stream: ByteStream;
  source(): Promise<ByteSource>;
}

async function open(file: ByteSource, { limit, onBytes }: Context): Promise<Opened> {
  const format = sniff(await file.slice(0, SNIFF_BYTES), file.name, file.byteLength);
  if (format !== 'gzip') return { format, stream: streamOf(file, onBytes), source: () => Promise.resolve(file) };
  const stream = await gunzipStream(file, { limit, onBytes });
  const inner = (await innerFormat(stream)).format;
  if (inner === 'gzip')
    throw new FormatError(`${file.name} is compressed twice`, { details: { name: file.name, offset: 0 } });
  return { format: inner, stream, source: () => gunzipped(file, { limit, onBytes }) };
}

async function tableOf(
  { format, stream, source }: Opened,
  context: Context,
  isPair = false,
): Promise<Table | undefined> {
  if (format === 'csv') return csvTable(stream, isPair ? await projectorHeader(stream) : {});
  if (format === 'json') return jsonTable(stream);
  if (format === 'jsonl') return jsonLinesTable(stream);
  return format === 'parquet' ? parquetTable(await source(), context.onBytes) : undefined;
}

/** Vectors of the Embedding Projector have no header, and its labels of one column have none either. */
async function projectorHeader(stream: ByteStream): Promise<{ header?: boolean; vectors?: boolean }> {
  const { names } = await csvTable(stream, { header: true });
  const vectors = names.every((name) => Number.isFinite(Number(name.split(' ')[0])));
  if (vectors) return { header: false, vectors };
  return names.length === 1 && labelAmong(names) === undefined ? { header: false } : {};
}

/**
 * @param labelled  the label may be a column of another file
 * @param isPair  the other file came beside this one
 */
async function readOne(file: ByteSource, context: Context, labelled = false, isPair = false): Promise<Found> {
  const opened = await open(file, context);
  const { options, limit } = context;
  const table = await tableOf(opened, context, isPair);
  if (table) return datasetOfTable(table, { ...options, labelled, limit });
  if (opened.format === 'text') return textFound(opened.stream);
  if (opened.format === 'word-vectors') return wordVectorsText(opened.stream, limit);
  if (opened.format === 'word-vectors-binary') return wordVectorsBinary(opened.stream, limit);
  if (opened.format === 'image') return readImages([file], 1, context);
  if (opened.format === 'zip') {
    const zip = await opened.source();
    const entries = (await zipEntries(zip, { limit })).filter((entry) => !JUNK.test(entry.name));
    if (!entries.some((entry) => /\.npy$/i.test(entry.name))) {
      const images = entries.filter((entry) => /\.(png|jpe?g|webp)$/i.test(entry.name));
      if (images.length > 0) {
        const files = images.map((entry): ImageFile => ({ name: entry.name, open: () => entry.source() }));
        return imagesFound(files, entries.length, zip.name, context);
      }
      if (entries.length === 1) return readOne(await entries[0].source(context.onBytes), context, labelled, isPair);
      throw new FormatError(`${file.name} has ${entries.length} files, expected images, arrays (npz) or one table`, {
        details: { name: file.name, offset: 0 },
      });
    }
  }
  return foundOfArrays(await readArrays(opened.format, opened, context), file.name);
}

async function foundOfArrays({ arrays, load }: NamedArrays, name: string): Promise<Found> {
  if (arrays.length === 1) {
    const array = await load(arrays[0]);
    if ('strings' in array)
      throw new FormatError(`${name} holds text, expected numbers`, { details: { name, offset: 0 } });
    return { name, ...rowsOfArray(name, array), columns: [], warnings: [] };
  }
  const { data, beside, label } = pickArrays(arrays, name);
  const array = await load(data);
  if ('strings' in array)
    throw new FormatError(`${name}: ${data.name} holds text, expected numbers`, { details: { name, offset: 0 } });
  const columns: Column[] = [];
  for (const other of beside) columns.push(columnOfArray(other.name, await load(other)));
  const used = new Set([data, ...beside]);
  const rest = arrays.filter((other) => !used.has(other)).map((other) => `${other.name} (${other.shape.join(', ')})`);
  const warnings = rest.length > 0 ? [`The rows are ${data.name}; left out: ${rest.join('; ')}.`] : [];
  return { name, ...rowsOfArray(`${name}: ${data.name}`, array), columns, warnings, label: label?.name };
}

function readImages(files: readonly ByteSource[], of: number, context: Context): Promise<Found> {
  const images = files.map((file): ImageFile => ({ name: file.name, open: () => Promise.resolve(file) }));
  return imagesFound(images, of, files.length === 1 ? files[0].name : folderOf(files[0].name), context);
}

async function imagesFound(
  files: readonly ImageFile[],
  of: number,
  name: string,
  { options, job, limit }: Context,
): Promise<Found> {
  const { image, decoder } = options;
  const found = await imagesDataset(files, { name, image, decoder, limit }, job);
  const others = of - files.length;
  if (others === 0) return found;
  const warning = `${others} ${others === 1 ? 'file is not an image' : 'files are not images'} and ${others === 1 ? 'was' : 'were'} left out.`;
  return { ...found, warnings: [...found.warnings, warning] };
}

/** The first folder of a path. */
function folderOf(path: string): string {
  const [folder, ...rest] = path.split('/').filter(Boolean);
  return rest.length > 0 ? folder : 'images';
}

/** Columns from a file with one row a sample. */
async function readLabels(file: ByteSource, context: Context, isPair: boolean): Promise<Column[]> {
  const found = await open(file, context);
  // a label a line, or a table under a name that does not tell
  const opened: Opened = found.format === 'text' ? { ...found, format: 'csv' } : found;
  const table = await tableOf(opened, context, isPair);
  if (table) return columnsOfTable(table, { label: context.options.label, limit: context.limit });
  if (opened.format === 'image') {
    throw new InputError(`${file.name} is an image, expected a table of labels`, { code: 'no-labels' });
  }
  const { arrays, load } = await readArrays(opened.format, opened, context);
  const flat = arrays.filter(({ shape }) => shape.length === 1 || (shape.length === 2 && shape[1] === 1));
  if (flat.length === 0) {
    const what = arrays.map((array) => `(${array.shape.join(', ')})`).join('; ');
    throw new InputError(
      `${file.name} has no array of one dimension, expected one label a sample; it has ${what || 'nothing'}`,
      {
        code: 'no-labels',
      },
    );
  }
  const columns: Column[] = [];
  for (const array of flat) columns.push(columnOfArray(arrays.length === 1 ? 'label' : array.name, await load(array)));
  return columns;
}

/** Which of two files holds the rows: the array of more dimensions, or the table of numbers alone. */
async function orderPair(files: [ByteSource, ByteSource], context: Context): Promise<[ByteSource, ByteSource]> {
  const quiet: Context = { ...context, onBytes: () => context.job.signal?.throwIfAborted() };
  const [a, b] = await Promise.all(files.map((file) => rowsLikelihood(file, quiet)));
  if (a === b) {
    throw new InputError(
      `${files[0].name} and ${files[1].name}: which one holds the rows can't be told; give the other as labels`,
      {
        code: 'many-files',
      },
    );
  }
  return a > b ? files : [files[1], files[0]];
}

/** 3: an array of rows; 2: a table of nothing but numbers; 1: another table; 0: an array of one dimension. */
async function rowsLikelihood(file: ByteSource, context: Context): Promise<number> {
  const opened = await open(file, context);
  if (opened.format === 'csv') {
    if ((await projectorHeader(opened.stream)).vectors) return 2;
    return /vec|tensor|embed/i.test(file.name) ? 1.5 : 1;
  }
  if (['json', 'jsonl', 'text'].includes(opened.format)) return 1;
  if (opened.format.startsWith('word-vectors')) return 2;
  if (opened.format === 'parquet') return 1.8;
  const { arrays } = await readArrays(opened.format, opened, context);
  return arrays.some(({ shape }) => shape.length > 1 && shape[1] !== 1) ? 3 : 0;
}
