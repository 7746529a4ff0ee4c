/**
 * The forces of a UMAP layout as tables, since a power for every pair would take most of the time. An entry is the
 * force over the distance at one of 32 squared distances an octave, and the difference to the next entry; between them
 * lies a straight line, off by less than 0.1 %. Read by assembly/umap.ts.
 */
import { pow } from './portable-math.ts';
import type { UmapCurve } from './umap-curve.ts';

/** log₂ of the entries of an octave, the first octave, and how many: as in assembly/umap.ts. */
const STEP_BITS = 5;
const FIRST_OCTAVE = -20;
const OCTAVES = 34;
/** Keeps the repulsion of points in almost one place finite. */
const SOFTENING = 0.001;

export interface ForceTables {
  /** [entries, 2] */
  readonly attraction: Float32Array;
  readonly repulsion: Float32Array;
}

export const attractionAt = ({ a, b }: UmapCurve, squared: number): number =>
  (-2 * a * b * pow(squared, b - 1)) / (1 + a * pow(squared, b));

export const repulsionAt = ({ a, b }: UmapCurve, squared: number, strength = 1): number =>
  (2 * strength * b) / ((SOFTENING + squared) * (1 + a * pow(squared, b)));

export function forceTables(curve: UmapCurve, repulsionStrength = 1): ForceTables {
  return {
    attraction: table((squared) => attractionAt(curve, squared)),
    repulsion: table((squared) => repulsionAt(curve, squared, repulsionStrength)),
  };
}

function table(force: (squared: number) => number): Float32Array {
  const size = OCTAVES << STEP_BITS;
  const out = new Float32Array(2 * size);
  let octave = pow(2, FIRST_OCTAVE);
  let value = Math.fround(force(octave));
  for (let i = 0; i < size; i++) {
    const next = (i + 1) & ((1 << STEP_BITS) - 1);
    if (next === 0) octave *= 2;
    const after = Math.fround(force(octave * (1 + next / (1 << STEP_BITS))));
    out[2 * i] = value;
    out[2 * i + 1] = after - value;
    value = after;
  }
  return out;
}
