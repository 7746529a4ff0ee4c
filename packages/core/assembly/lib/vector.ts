/** What every kernel needs of SIMD. */

/**
 * a · b + c on four floats: fused where the module is built for engines with relaxed SIMD, in two roundings where it
 * is not, so that the plain build gives the same bits everywhere.
 */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The sum of four floats, pairs first. */
// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2) + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3))
  );
}

/** Address of the i-th of numbers of four bytes after p. */
// @ts-ignore: decorator
@inline
export function at4(p: usize, i: i32): usize {
  return p + ((<usize>i) << 2);
}

/** Address of the i-th of numbers of eight bytes after p. */
// @ts-ignore: decorator
@inline
export function at8(p: usize, i: i32): usize {
  return p + ((<usize>i) << 3);
}

/** Which of four places from j on lie before k. */
// @ts-ignore: decorator
@inline
export function before(j: i32, k: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3)), i32x4.splat(k));
}
