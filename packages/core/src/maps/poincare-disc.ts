/**
 * The Poincaré ball of curvature −1, in two or three dimensions: points shorter than 1, adding by Möbius' rule
 * (Ungar 2008), distances that grow without bound towards the rim.
 */

/** Points stay this far from the rim, at distance 12 of the centre. */
const RIM = 1 - 1.2e-5;

/** a ⊕ b into out; out may be a or b. */
export function mobiusAdd(a: Float64Array, b: Float64Array, out: Float64Array): void {
  let [aa, bb, ab] = [0, 0, 0];
  for (let c = 0; c < a.length; c++) {
    aa += a[c] * a[c];
    bb += b[c] * b[c];
    ab += a[c] * b[c];
  }
  const below = 1 + 2 * ab + aa * bb;
  const [fa, fb] = [(1 + 2 * ab + bb) / below, (1 - aa) / below];
  for (let c = 0; c < a.length; c++) out[c] = fa * a[c] + fb * b[c];
}

export function hyperbolicDistance(a: Float64Array, b: Float64Array): number {
  let [aa, bb, apart] = [0, 0, 0];
  for (let c = 0; c < a.length; c++) {
    aa += a[c] * a[c];
    bb += b[c] * b[c];
    apart += (a[c] - b[c]) ** 2;
  }
  return 2 * Math.asinh(Math.sqrt(apart / ((1 - aa) * (1 - bb))));
}

/** Brings a point back inside. */
export function inside(a: Float64Array): void {
  let squared = 0;
  for (const value of a) squared += value * value;
  if (squared <= RIM * RIM) return;
  const size = RIM / Math.sqrt(squared);
  for (let c = 0; c < a.length; c++) a[c] *= size;
}

/** The point at `step` from a along the line towards b (away from it where negative), into out; out may not be a. */
export function towards(a: Float64Array, b: Float64Array, step: number, out: Float64Array): void {
  for (let c = 0; c < a.length; c++) out[c] = -a[c];
  mobiusAdd(out, b, out);
  let squared = 0;
  for (const value of out) squared += value * value;
  if (squared < 1e-30) {
    out.set(a);
    return;
  }
  const size = Math.tanh(step / 2) / Math.sqrt(squared);
  for (let c = 0; c < a.length; c++) out[c] *= size;
  mobiusAdd(a, out, out);
  inside(out);
}
