/** Rows as panels of eight, packed by `distances`. */

/** The panel that a row is in. */
// @ts-ignore: decorator
@inline
export function panelAt(panels: usize, place: i32, steps: i32): usize {
  return panels + <usize>(place >> 3) * <usize>(steps << 5);
}
