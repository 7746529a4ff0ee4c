/** The last steps from values to a data set, the same for every format: size, medium, labels, checks, warnings. */
import { FormatError, InputError, breathe } from '../base/index.ts';
import { chooseLabel, joinColumns } from './labels.ts';
import { mediumOfSize, pixelRows } from './images.ts';
import type { ImageSize, PixelRange } from './images.ts';
import type { Column, Dataset, Medium, Rows } from './dataset.ts';

/** What a reader found. */
export interface Found {
  name: string;
  rows: Rows;
  columns: readonly Column[];
  medium: Medium;
  featureNames?: readonly string[];
  warnings: readonly string[];
  /** a column that is the label whatever its name */
  label?: string;
}

export interface AssembleOptions {
  name?: string;
  label?: string;
  image?: ImageSize;
  minSamples?: number;
  /** as in ReadOptions */
  range?: PixelRange;
  stretch?: boolean;
  /** the columns of a separate file, and its name */
  labels?: { name: string; columns: readonly Column[] };
}

/**
 * @throws InputError when there are too few samples, values that are not finite, a size that does not fit, or labels
 *   of another length
 */
export async function assemble(
  found: Found,
  { name, label, image, minSamples = 2, range, stretch, labels }: AssembleOptions,
  signal?: AbortSignal,
): Promise<Dataset> {
  const { nSamples, nFeatures } = found.rows;
  if (nSamples === 0 || (nFeatures === 0 && found.medium.kind !== 'text')) {
    throw new FormatError(`${found.name} is empty: ${nSamples} rows of ${nFeatures} numbers`, {
      code: 'empty',
      details: { name: found.name, offset: 0 },
    });
  }
  if (nSamples < minSamples) {
    throw new InputError(
      `${found.name} has ${nSamples} ${nSamples === 1 ? 'row' : 'rows'}, at least ${minSamples} are needed`,
      { code: 'too-few-rows', details: { nSamples } },
    );
  }
  const stats = await checkValues(found, signal);
  const medium = image ? resized(found, image) : found.medium;
  if (range) checkRange(found.name, medium, range);
  const pixels =
    medium.kind === 'image'
      ? pixelRows(found.rows, found.name, { range, stretch })
      : { rows: found.rows, range: undefined, warnings: [] };
  const constants = medium.kind === 'image' ? [] : constantWarning(found, stats.constant);
  const joined = labels
    ? joinColumns(found.columns, labels.columns, { nSamples, data: found.name, labels: labels.name })
    : [...found.columns];
  const names = joined.map((column) => column.name);
  const only = labels?.columns.length === 1 ? joined.at(-1)!.name : undefined;
  const added = labels ? chooseLabel(names.slice(found.columns.length), undefined, labels.name) : undefined;
  const supposed = added ?? only ?? found.label ?? chooseLabel(names, undefined, found.name);
  const isText = joined.find((column) => column.name === supposed)?.type === 'text';
  return {
    name: name ?? baseName(found.name),
    rows: pixels.rows,
    columns: joined,
    medium,
    ...(pixels.range && { range: pixels.range }),
    ...(medium.kind === 'vector' && found.featureNames && { featureNames: found.featureNames }),
    label: label === undefined ? (isText ? undefined : supposed) : chooseLabel(names, label, found.name),
    warnings: [...found.warnings, ...pixels.warnings, ...constants],
  };
}

function checkRange(name: string, medium: Medium, [low, high]: PixelRange): void {
  if (medium.kind !== 'image') {
    throw new InputError(`${name}: a range is of pixel values, and its rows are no images; say their size too`, {
      code: 'range',
    });
  }
  if (!Number.isFinite(low) || !Number.isFinite(high) || low >= high) {
    throw new InputError(
      `${name}: the range of pixel values is ${low} to ${high}, expected two numbers, the second greater`,
      {
        code: 'range',
      },
    );
  }
}

/** A file's name without folder and ending. */
export function baseName(path: string): string {
  const file = path.split('/').at(-1) ?? path;
  return file.replace(/(\.[A-Za-z][\w-]{0,11}){1,2}$/, '') || file;
}

function resized({ medium, rows, name }: Found, image: ImageSize): Medium {
  if (medium.kind === 'image' && medium.height === image.height && medium.width === image.width) {
    if (!image.channels || image.channels === medium.channels) return medium;
  }
  return mediumOfSize(image, rows.nFeatures, name);
}

/** One pass: every value finite, and which features never change. */
async function checkValues(
  { rows, name, featureNames }: Found,
  signal?: AbortSignal,
): Promise<{ constant: Uint8Array }> {
  const { data, nSamples, nFeatures } = rows;
  const constant = new Uint8Array(nFeatures).fill(1);
  const mayFail = data instanceof Float32Array;
  for (let i = 0, at = 0; i < nSamples; i++) {
    if (i % 4096 === 4095) {
      signal?.throwIfAborted();
      await breathe();
    }
    for (let j = 0; j < nFeatures; j++, at++) {
      const value = data[at];
      if (mayFail && !Number.isFinite(value)) {
        const column = featureNames ? `column ${featureNames[j]}` : `column ${j}`;
        throw new InputError(
          `${name}: value ${value} in row ${i}, ${column}; expected finite numbers${Number.isNaN(value) ? '' : ' below 3.4e38'}: remove or fill such rows first`,
          {
            code: 'not-finite',
            details: { row: i, column: j },
          },
        );
      }
      if (value !== data[j]) constant[j] = 0;
    }
  }
  return { constant };
}

/** How many names a warning lists. */
const SHOWN = 5;

function constantWarning({ rows, featureNames }: Found, constant: Uint8Array): string[] {
  const indices: number[] = [];
  constant.forEach((is, j) => is && indices.push(j));
  if (indices.length === 0) return [];
  const names = indices.slice(0, SHOWN).map((j) => featureNames?.[j] ?? String(j));
  const more = indices.length > SHOWN ? ` and ${indices.length - SHOWN} more` : '';
  const count = indices.length === 1 ? '1 feature is' : `${indices.length} of ${rows.nFeatures} features are`;
  return [`${count} the same in every row and will teach nothing: ${names.join(', ')}${more}.`];
}
