/**
 * What a map keeps that has no formula: the rows it was fitted to and where it put them. From them new points are
 * placed and places are led back, so they are saved with the map, as small as they can be without loss.
 */
import { FormatError, matrix, readSafetensors, writeSafetensors } from '../base/index.ts';
import type { Matrix, TensorData } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Rows } from '../data/index.ts';

/** Among the files of a map that keeps its rows. */
export const STORED_ROWS = 'rows.safetensors';

/** A map's rows, as small as may be, and its coordinates. */
export interface StoredRows {
  readonly rows: Rows;
  /** [n, nComponents] */
  readonly coordinates: Matrix;
  /** what else was stored with them, by name */
  readonly extra: Record<string, TensorData>;
}

/**
 * The rows in fewer bytes where that loses nothing: uint8 when all are whole numbers from 0 to 255, or all are such
 * numbers over 255; else as they are (not copied).
 */
export function packRows(x: Matrix): Rows {
  const { data, rows: nSamples, cols: nFeatures } = x;
  for (const scale of [1, 1 / 255]) {
    const values = Float32Array.from({ length: 256 }, (_, byte) => byte * scale);
    const bytes = toBytes(data, values, scale === 1 ? 1 : 255);
    if (bytes) return { data: bytes, nSamples, nFeatures, scale };
  }
  return { data, nSamples, nFeatures, scale: 1 };
}

function toBytes(data: Float32Array, values: Float32Array, factor: number): Uint8Array | undefined {
  // by their bits, so that −0 is no 0
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const expected = new Int32Array(values.buffer);
  const byteOf = (i: number): number => (data[i] * factor + 0.5) | 0;
  const first = Math.min(data.length, 1000);
  for (let i = 0; i < first; i++) if (expected[byteOf(i)] !== bits[i]) return undefined;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const byte = byteOf(i);
    if (expected[byte] !== bits[i]) return undefined;
    out[i] = byte;
  }
  return out;
}

/**
 * The bytes of `rows.safetensors`.
 * @param extra  float32, int32 or other vectors of the method's own
 */
export function writeStoredRows(
  rows: Rows,
  coordinates: Matrix,
  extra: Record<string, TensorData> = {},
): Uint8Array<ArrayBuffer> {
  return writeSafetensors({
    rows: { shape: [rows.nSamples, rows.nFeatures], data: rows.data },
    scale: { shape: [1], data: Float64Array.of(rows.scale) },
    coordinates: { shape: [coordinates.rows, coordinates.cols], data: coordinates.data },
    ...Object.fromEntries(Object.entries(extra).map(([name, data]) => [name, { shape: [data.length], data }])),
  });
}

/**
 * What `writeStoredRows` wrote.
 * @param what  the kind of map, for the message: `a UMAP map`
 * @param coordinates  taken instead of those of the file, which they equal, when they have rows
 * @throws FormatError when the file is missing or is not whole
 */
export function readStoredRows(files: Record<string, Uint8Array>, what: string, coordinates?: Matrix): StoredRows {
  const details = { name: STORED_ROWS };
  if (!files[STORED_ROWS]) {
    const found = Object.keys(files).join(', ') || 'nothing';
    throw new FormatError(`${what} needs ${STORED_ROWS}; found ${found}`, { details });
  }
  const { rows, scale, coordinates: places, ...extra } = readSafetensors(files[STORED_ROWS], STORED_ROWS).tensors;
  const whole =
    rows?.shape.length === 2 &&
    (rows.data instanceof Uint8Array || rows.data instanceof Float32Array) &&
    scale?.data instanceof Float64Array &&
    scale.data.length === 1 &&
    places?.shape.length === 2 &&
    places.data instanceof Float32Array &&
    places.shape[0] === rows.shape[0] &&
    (!coordinates || coordinates.rows === 0 || coordinates.rows === rows.shape[0]);
  if (!whole) {
    throw new FormatError(`${STORED_ROWS} needs rows [n, d], scale [1] and coordinates [n, 2 or 3]`, { details });
  }
  return {
    rows: {
      data: rows.data as Uint8Array | Float32Array,
      nSamples: rows.shape[0],
      nFeatures: rows.shape[1],
      scale: (scale.data as Float64Array)[0],
    },
    coordinates:
      coordinates && coordinates.rows > 0
        ? coordinates
        : matrix(places.shape[0], places.shape[1], places.data as Float32Array),
    extra: Object.fromEntries(Object.entries(extra).map(([name, tensor]) => [name, tensor.data])),
  };
}

/** The rows as numbers; those that are stored as they are, without a copy. */
export function unpackRows(rows: Rows): Matrix {
  if (rows.data instanceof Float32Array && rows.scale === 1) return matrix(rows.nSamples, rows.nFeatures, rows.data);
  return readRows(rows);
}
