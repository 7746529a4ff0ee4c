/** Reading four points of a map at once, [n, 2] in the plane and [n, 4] in space. */

/** Two points of the plane, [x, y, x, y]. */
// @ts-ignore: decorator
@inline
export function pair2(places: usize, p: i32, q: i32): v128 {
  return v128.load64_lane(places + (<usize>q << 3), v128.load64_zero(places + (<usize>p << 3)), 1);
}

/** Two points of space, [x, x, y, y]. */
// @ts-ignore: decorator
@inline
export function pair3(places: usize, p: i32, q: i32): v128 {
  return v128.shuffle<f32>(v128.load(places + (<usize>p << 4)), v128.load(places + (<usize>q << 4)), 0, 4, 1, 5);
}

/** The third coordinates of four points of space. */
// @ts-ignore: decorator
@inline
export function third(places: usize, ends: v128): v128 {
  let out = v128.load32_zero(places + (<usize>i32x4.extract_lane(ends, 0) << 4), 8);
  out = v128.load32_lane(places + (<usize>i32x4.extract_lane(ends, 1) << 4), out, 1, 8);
  out = v128.load32_lane(places + (<usize>i32x4.extract_lane(ends, 2) << 4), out, 2, 8);
  return v128.load32_lane(places + (<usize>i32x4.extract_lane(ends, 3) << 4), out, 3, 8);
}
