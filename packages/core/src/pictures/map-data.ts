/**
 * A map with its columns and pictures as bytes that stand in a page: safetensors under gzip, what is not numbers as
 * JSON in its metadata. Coordinates take 16 bits each, a 65,534th of the extent, unless all digits are asked for;
 * codes as few bytes as their number needs; numbers 32 bits, whole ones and times all they need.
 */
import { gzipSync } from 'fflate';
import { InputError, readSafetensors, writeSafetensors } from '../base/index.ts';
import type { TensorData } from '../base/index.ts';
import type { Column } from '../data/index.ts';
import type { PictureLabel } from './picture.ts';
import type { ColorScale } from './scales.ts';
import type { ThumbnailSheet } from './thumbnail-sheet.ts';

export interface MapData {
  title: string;
  /** a sentence below the title: method, number of points, quality */
  about?: string;
  /** [n * nComponents] */
  coordinates: Float32Array;
  nComponents: 2 | 3;
  columns: readonly Column[];
  /** name of the column that colours the points first; none for ink */
  colorBy?: string;
  /** of numbers and times; viridis by default */
  scale?: ColorScale;
  /** names of categories where these are densest, labels of one's own, or none */
  labels: 'categories' | readonly PictureLabel[] | 'none';
  thumbnails?: Pick<ThumbnailSheet, 'image' | 'cellWidth' | 'cellHeight' | 'cells' | 'ink'>;
  theme: 'auto' | 'light' | 'dark';
  /** diameter of a point, CSS pixels */
  pointSize?: number;
}

const VERSION = 1;
/** The code of a coordinate that is not finite, and the greatest of one that is. */
const NOWHERE = 65_535;
const STEPS = 65_534;

/** @param exact  coordinates with all their digits */
export function packMap(map: MapData, exact = false): Uint8Array {
  const { coordinates, nComponents, columns, thumbnails, ...rest } = map;
  const n = coordinates.length / nComponents;
  if (!Number.isInteger(n)) {
    throw new InputError(`got ${coordinates.length} coordinates, expected ${nComponents} for each point`);
  }
  const tensors: Record<string, { shape: number[]; data: TensorData }> = {};
  const extents = rangesOf(coordinates, nComponents);
  const places = exact ? coordinates : quantised(coordinates, nComponents, extents);
  tensors.coordinates = { shape: [n, nComponents], data: places };
  const heads = columns.map((column, k) => {
    const { head, data } = packColumn(column, n);
    tensors[`column ${k}`] = { shape: [data.length], data };
    return head;
  });
  let sheet;
  if (thumbnails) {
    const { image, cells, ...look } = thumbnails;
    if (cells.length !== n) throw new InputError(`got ${cells.length} cells of thumbnails for ${n} points`);
    tensors.thumbnails = { shape: [image.length], data: image };
    tensors.cells = { shape: [n], data: cells };
    sheet = look;
  }
  const head = { version: VERSION, ...rest, nComponents, extents: exact ? undefined : extents, columns: heads, sheet };
  return gzipSync(writeSafetensors(tensors, { map: JSON.stringify(head) }), { mtime: 0 });
}

/**
 * The map of bytes that have been unpacked (they come out of `packMap` gzipped).
 * @throws FormatError on anything else; InputError when they are of a newer version
 */
export function unpackMap(bytes: Uint8Array): MapData {
  const { tensors, metadata } = readSafetensors(bytes, 'map');
  const { version, extents, columns, sheet, ...rest } = JSON.parse(metadata.map ?? '{}') as Packed;
  if (version !== VERSION) throw new InputError(`the map is of version ${version}, expected ${VERSION}`);
  const { data } = tensors.coordinates;
  return {
    ...rest,
    coordinates: extents ? restored(data as Uint16Array, rest.nComponents, extents) : (data as Float32Array),
    columns: columns.map((head, k) => unpackColumn(head, tensors[`column ${k}`].data)),
    thumbnails: sheet && {
      ...sheet,
      image: tensors.thumbnails.data as Uint8Array,
      cells: tensors.cells.data as Int32Array,
    },
  };
}

interface Packed extends Omit<MapData, 'coordinates' | 'columns' | 'thumbnails'> {
  version: number;
  extents?: [low: number, high: number][];
  columns: ColumnHead[];
  sheet?: { cellWidth: number; cellHeight: number; ink: boolean };
}

type ColumnHead = { name: string; type: Column['type']; categories?: string[] };

function packColumn(column: Column, n: number): { head: ColumnHead; data: TensorData } {
  const { name, type } = column;
  const length = type === 'category' ? column.codes.length : column.values.length;
  if (length !== n) throw new InputError(`column ${name} has ${length} values for ${n} points; give one for each`);
  if (type === 'category') {
    const { codes, categories } = column;
    // the greatest code stands for a missing one
    const Codes = categories.length < 255 ? Uint8Array : categories.length < 65_535 ? Uint16Array : Int32Array;
    return { head: { name, type, categories }, data: Codes.from(codes) };
  }
  if (type === 'text') {
    return { head: { name, type }, data: new TextEncoder().encode(JSON.stringify(column.values)) };
  }
  const short = Float32Array.from(column.values);
  const exact =
    type === 'time' || column.values.some((value) => Number.isInteger(value) && Math.fround(value) !== value);
  return { head: { name, type }, data: exact ? column.values : short };
}

function unpackColumn({ name, type, categories = [] }: ColumnHead, data: TensorData): Column {
  if (type === 'text')
    return { name, type, values: JSON.parse(new TextDecoder().decode(data as Uint8Array)) as string[] };
  const numbers = data as Uint8Array;
  if (type !== 'category') return { name, type, values: Float64Array.from(numbers) };
  const codes = new Int32Array(numbers.length);
  for (let i = 0; i < codes.length; i++) codes[i] = numbers[i] < categories.length ? numbers[i] : -1;
  return { name, type, codes, categories };
}

function rangesOf(coordinates: Float32Array, nComponents: number): [number, number][] {
  return Array.from({ length: nComponents }, (_, axis) => {
    let low = Infinity;
    let high = -Infinity;
    for (let at = axis; at < coordinates.length; at += nComponents) {
      const value = coordinates[at];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low <= high ? [low, high] : [0, 0];
  });
}

function quantised(coordinates: Float32Array, nComponents: number, extents: readonly [number, number][]): Uint16Array {
  const codes = new Uint16Array(coordinates.length);
  extents.forEach(([low, high], axis) => {
    const factor = high > low ? STEPS / (high - low) : 0;
    for (let at = axis; at < coordinates.length; at += nComponents) {
      const value = coordinates[at];
      codes[at] = Number.isFinite(value) ? Math.round((value - low) * factor) : NOWHERE;
    }
  });
  return codes;
}

function restored(codes: Uint16Array, nComponents: number, extents: readonly [number, number][]): Float32Array {
  const coordinates = new Float32Array(codes.length);
  extents.forEach(([low, high], axis) => {
    for (let at = axis; at < codes.length; at += nComponents) {
      coordinates[at] = codes[at] === NOWHERE ? NaN : low + ((high - low) * codes[at]) / STEPS;
    }
  });
  return coordinates;
}
