/** Inner products of rows with rows, in tiles of 2 × 4 whose sums stay in the registers. */

/**
 * out[i · stride + j] += aᵢ · bⱼ for i in 0 … m and j in 0 … n, rows of a and b being `depth` long. Where
 * `triangle` is set, a and b are the same and what lies left of the diagonal is left out, but for a few places next to it.
 */
export function addProducts(
  out: Float64Array,
  { a, m, b, n, depth }: { a: Float64Array; m: number; b: Float64Array; n: number; depth: number },
  { at = 0, stride = n, triangle = false } = {},
): void {
  let i = 0;
  for (; i + 2 <= m; i += 2) {
    let j = triangle ? i : 0;
    for (; j + 4 <= n; j += 4) addTile(out, at + i * stride + j, stride, a, i * depth, b, j * depth, depth);
    for (; j < n; j++) {
      out[at + i * stride + j] += dot(a, i * depth, b, j * depth, depth);
      out[at + (i + 1) * stride + j] += dot(a, (i + 1) * depth, b, j * depth, depth);
    }
  }
  if (i < m) {
    for (let j = triangle ? i : 0; j < n; j++) out[at + i * stride + j] += dot(a, i * depth, b, j * depth, depth);
  }
}

function addTile(
  out: Float64Array,
  at: number,
  stride: number,
  a: Float64Array,
  p: number,
  b: Float64Array,
  q: number,
  depth: number,
): void {
  const p1 = p + depth;
  const q1 = q + depth;
  const q2 = q1 + depth;
  const q3 = q2 + depth;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let k = 0; k < depth; k++) {
    const a0 = a[p + k];
    const a1 = a[p1 + k];
    const b0 = b[q + k];
    const b1 = b[q1 + k];
    const b2 = b[q2 + k];
    const b3 = b[q3 + k];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  const below = at + stride;
  out[at] += s00;
  out[at + 1] += s01;
  out[at + 2] += s02;
  out[at + 3] += s03;
  out[below] += s10;
  out[below + 1] += s11;
  out[below + 2] += s12;
  out[below + 3] += s13;
}

function dot(a: Float64Array, p: number, b: Float64Array, q: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[p + k] * b[q + k];
  return sum;
}
