/**
 * A map turned to another one (`alignMaps`), new points and the way back with it: the method's own projection inside, a
 * rotation and a shift around it. They are kept in `turn.json`.
 */
import { FormatError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { alignMaps } from './align-maps.ts';
import type { Projection } from './projection.ts';

/** Among the files of a map that was turned. */
export const TURN = 'turn.json';

/** y → rotation · y + shift; the rotation orthogonal, [k, k], row-major. */
export interface Turn {
  readonly rotation: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
}

/** @param coordinates  the turned ones where they are at hand, else computed */
export function turnedMap(inner: Projection, turn: Turn, coordinates = turned(inner.coordinates, turn)): Projection {
  const { method, geometry, figures, warnings, transform, inverse } = inner;
  return {
    method,
    coordinates,
    ...(geometry && { geometry }),
    figures,
    warnings,
    ...(transform && { transform: async (x, job) => turned(await transform(x, job), turn) }),
    ...(inverse && { inverse: (y) => inverse(turnedBack(y, turn)) }),
    toFiles: () => ({ ...inner.toFiles(), [TURN]: turnJson(turn) }),
  };
}

/**
 * A map turned so that its points come as near as can be to those of another of the same rows. It stays as large as it
 * is, which is no matter of direction; a disc keeps its middle.
 * @param target  [n, nComponents]
 */
export function turnedTo(target: Matrix, projection: Projection): Projection {
  const how = { scale: false, shift: projection.geometry === undefined };
  return turnedMap(projection, alignMaps(target, projection.coordinates, undefined, how));
}

function turned(y: Matrix, { rotation, shift }: Turn): Matrix {
  const k = y.cols;
  const out = matrix(y.rows, k);
  for (let i = 0; i < y.rows; i++) {
    for (let a = 0; a < k; a++) {
      let sum = shift[a];
      for (let b = 0; b < k; b++) sum += rotation[a * k + b] * y.data[i * k + b];
      out.data[i * k + a] = sum;
    }
  }
  return out;
}

function turnedBack(y: Matrix, { rotation, shift }: Turn): Matrix {
  const k = y.cols;
  const out = matrix(y.rows, k);
  for (let i = 0; i < y.rows; i++) {
    for (let b = 0; b < k; b++) {
      let sum = 0;
      for (let a = 0; a < k; a++) sum += rotation[a * k + b] * (y.data[i * k + a] - shift[a]);
      out.data[i * k + b] = sum;
    }
  }
  return out;
}

function turnJson({ rotation, shift }: Turn): Uint8Array {
  const text = JSON.stringify({ rotation: Array.from(rotation), shift: Array.from(shift) }, null, 2);
  return new TextEncoder().encode(`${text}\n`);
}

/** @throws FormatError unless the bytes are an orthogonal matrix and a shift of k dimensions */
export function readTurn(bytes: Uint8Array, k: number): Turn {
  const details = { name: TURN };
  let read: Partial<Record<'rotation' | 'shift', unknown>> | null;
  try {
    read = JSON.parse(new TextDecoder().decode(bytes)) as typeof read;
  } catch (cause) {
    throw new FormatError(`${TURN} is not JSON; it may be cut short`, { details, cause });
  }
  const { rotation, shift } = read ?? {};
  if (!numbers(rotation, k * k) || !numbers(shift, k) || !orthogonal(rotation, k)) {
    throw new FormatError(`${TURN} needs a rotation of ${k} × ${k} numbers and a shift of ${k}`, { details });
  }
  return { rotation, shift };
}

function numbers(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite);
}

function orthogonal(m: readonly number[], k: number): boolean {
  for (let a = 0; a < k; a++) {
    for (let b = a; b < k; b++) {
      let sum = 0;
      for (let c = 0; c < k; c++) sum += m[a * k + c] * m[b * k + c];
      if (Math.abs(sum - (a === b ? 1 : 0)) > 1e-6) return false;
    }
  }
  return true;
}
