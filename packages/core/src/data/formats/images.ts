/** Image files → rows: each decoded, laid on white, brought to one size; the folder's name is the label. */
import { FormatError, InputError, breathe, stopwatch } from '../../base/index.ts';
import type { JobOptions } from '../../base/index.ts';
import type { Found } from '../assemble.ts';
import { compareTexts, textsAsCategory } from '../columns.ts';
import type { Column } from '../dataset.ts';
import { readImageHead } from '../image-head.ts';
import type { ImageHead } from '../image-head.ts';
import type { ImageSize } from '../images.ts';
import { onWhite, resize, withChannels } from '../resize.ts';
import type { ByteSource, ImageDecoder } from '../source.ts';

/** An image whose bytes may have to be unpacked first. */
export interface ImageFile {
  name: string;
  open(): Promise<ByteSource>;
}

export interface ImagesOptions {
  /** what messages call the folder */
  name: string;
  image?: ImageSize;
  decoder?: ImageDecoder;
  /** bytes that all rows together may take */
  limit: number;
}

/** Enough for the heads of most files. */
const HEAD_BYTES = 64 * 1024;

/**
 * @throws FormatError that names the file; InputError without a decoder
 */
export async function imagesDataset(
  files: readonly ImageFile[],
  { name, image, decoder, limit }: ImagesOptions,
  { signal, onProgress }: JobOptions = {},
): Promise<Found> {
  if (!decoder) throw new InputError(`${name}: no image decoder was given`, { code: 'no-decoder' });
  const sorted = [...files].sort((a, b) => compareTexts(a.name, b.name));
  const clock = stopwatch();
  const total = sorted.length * 2;
  const step = (phase: string, done: number): Promise<void> | void => {
    signal?.throwIfAborted();
    onProgress?.({ phase, ...clock.read(done, total) });
    return breathe();
  };

  const heads: ImageHead[] = [];
  for (const file of sorted) {
    heads.push(await headOf(await file.open(), file.name));
    await step('looking at images', heads.length);
  }
  const { height, width } = image ?? commonSize(heads);
  const warnings: string[] = [];
  const others = heads.filter((head) => head.height !== height || head.width !== width).length;
  if (others > 0) {
    warnings.push(
      `${others} of ${heads.length} images had another size and were resized to ${width} × ${height} pixels.`,
    );
  }
  let channels: 1 | 3 = image?.channels ?? (heads.every((head) => head.grey) ? 1 : 3);
  const size = height * width * channels;
  if (sorted.length * size > limit) {
    throw new InputError(
      `${name}: ${sorted.length} images of ${width} × ${height} pixels take ${sorted.length * size} bytes, more than the limit of ${limit}; give a smaller size, as 64x64`,
      { code: 'too-large', details: { bytes: sorted.length * size, limit } },
    );
  }

  let data = new Uint8Array(sorted.length * size);
  let colourless = true;
  for (let i = 0; i < sorted.length; i++) {
    const source = await sorted[i].open();
    const decoded = await decode(decoder, await source.slice(0), sorted[i].name);
    const pixels = resize(withChannels(decoded, channels), width, height);
    data.set(pixels, i * size);
    colourless &&= isGrey(pixels, channels);
    await step('reading images', sorted.length + i + 1);
  }
  if (channels === 3 && colourless && image?.channels === undefined) {
    data = firstChannel(data);
    channels = 1;
  }
  const rows = { data, nSamples: sorted.length, nFeatures: height * width * channels, scale: 1 };
  const columns = nameColumns(sorted.map((file) => file.name));
  const label = columns.find((column) => column.name === 'label')?.name;
  return { name, rows, columns, medium: { kind: 'image', height, width, channels }, warnings, label };
}

async function headOf(source: ByteSource, name: string): Promise<ImageHead> {
  const first = await source.slice(0, HEAD_BYTES);
  try {
    return readImageHead(first, name);
  } catch (error) {
    // a photo's own thumbnail and profile may come before its size
    if (source.byteLength <= HEAD_BYTES || (error as FormatError).code === 'too-large') throw error;
    return readImageHead(await source.slice(0), name);
  }
}

async function decode(decoder: ImageDecoder, bytes: Uint8Array, name: string): Promise<ReturnType<typeof onWhite>> {
  const head = readImageHead(bytes, name);
  let image;
  try {
    image = await decoder.decode(bytes, name);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${name} can't be decoded: ${why}`, { details: { name, offset: 0 }, cause });
  }
  if (image.data.length !== image.width * image.height * image.channels || image.width < 1 || image.height < 1) {
    throw new FormatError(
      `${name} was decoded to ${image.data.length} bytes, expected ${head.width} × ${head.height} pixels`,
      {
        details: { name, offset: 0 },
      },
    );
  }
  return onWhite(image);
}

/** The size that most images have; of two as frequent, the one that comes first. */
function commonSize(heads: readonly ImageHead[]): { height: number; width: number } {
  const counts = new Map<string, number>();
  let best = heads[0];
  for (const head of heads) {
    const key = `${head.width}x${head.height}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const head of heads) {
    if (counts.get(`${head.width}x${head.height}`)! > counts.get(`${best.width}x${best.height}`)!) best = head;
  }
  return best;
}

function isGrey(pixels: Uint8Array, channels: 1 | 3): boolean {
  if (channels === 1) return true;
  for (let p = 0; p < pixels.length; p += 3) {
    if (pixels[p] !== pixels[p + 1] || pixels[p] !== pixels[p + 2]) return false;
  }
  return true;
}

function firstChannel(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(data.length / 3);
  for (let p = 0; p < out.length; p++) out[p] = data[3 * p];
  return out;
}

/** The file's path as a text, and the folder it lies in as the label when there is more than one folder. */
function nameColumns(names: readonly string[]): Column[] {
  const columns: Column[] = [{ name: 'file', type: 'text', values: [...names] }];
  const folders = names.map((name) => name.split('/').at(-2) ?? '');
  if (new Set(folders).size > 1) columns.push(textsAsCategory('label', folders));
  return columns;
}
