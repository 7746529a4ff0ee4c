/**
 * Shapes whose dimensions may vary. A dimension is a number, or a string that stands for one known only at run time:
 * `'batch'`. Products of the two are written `'3*batch'`, so that reshapes can be followed.
 */
import { InputError } from '../base/index.ts';

/** A dimension: known, or a name for one that may vary. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** `[batch, 784]`, for messages. */
export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Whether every dimension is known. */
export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((d) => typeof d === 'number');

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** The known dimensions. @throws InputError that names `what` when one of them may vary */
export function staticShape(shape: Shape, what: string): readonly number[] {
  if (!isStatic(shape)) throw new InputError(`${what}: got shape ${formatShape(shape)}, expected known dimensions`);
  return shape;
}

/** The number of elements; `'3*batch'` when it may vary. */
export function product(dims: Shape): Dim {
  let count = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    const parts = factors(dim);
    count *= parts.count;
    symbols.push(...parts.symbols);
  }
  return join(count, symbols);
}

/** a / b where it is whole; undefined otherwise. */
export function quotient(a: Dim, b: Dim): Dim | undefined {
  const [over, under] = [factors(a), factors(b)];
  const symbols = [...over.symbols];
  for (const symbol of under.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  const count = over.count / under.count;
  return Number.isInteger(count) ? join(count, symbols) : undefined;
}

/**
 * The shape of an element-wise result (NumPy's rule: aligned at the right, 1 stretches).
 * @throws InputError that names `what`
 */
export function broadcastShapes(what: string, ...shapes: Shape[]): Shape {
  const rank = Math.max(...shapes.map((s) => s.length));
  const out: Dim[] = Array.from({ length: rank }, () => 1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((dim, i) => {
      const at = offset + i;
      if (out[at] === 1) out[at] = dim;
      else if (dim !== 1 && dim !== out[at]) {
        throw new InputError(
          `${what}: got shapes ${shapes.map(formatShape).join(' and ')}, expected dimensions that are equal or 1`,
        );
      }
    });
  }
  return out;
}

/** Axes counted from 0, sorted; all of them when left out. @throws InputError when one is out of range or twice */
export function normalizeAxes(what: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axes === 'number' ? [axes] : axes;
  const out = list.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  if (out.some((axis, i) => !Number.isInteger(axis) || axis < 0 || axis >= rank || axis === out[i - 1])) {
    throw new InputError(`${what}: got axes [${list.join(', ')}], expected distinct ones from ${-rank} to ${rank - 1}`);
  }
  return out;
}

function factors(dim: Dim): { count: number; symbols: string[] } {
  if (typeof dim === 'number') return { count: dim, symbols: [] };
  let count = 1;
  const symbols: string[] = [];
  for (const part of dim.split('*')) {
    if (/^\d+$/.test(part)) count *= Number(part);
    else symbols.push(part);
  }
  return { count, symbols };
}

function join(count: number, symbols: readonly string[]): Dim {
  if (symbols.length === 0 || count === 0) return count;
  const name = [...symbols].sort().join('*');
  return count === 1 ? name : `${count}*${name}`;
}
