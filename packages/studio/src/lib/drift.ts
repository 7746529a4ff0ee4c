/** Where small pictures float on the first screen: a jittered sheet, moved by two slow waves. */

export interface Mote {
  readonly cell: number;
  readonly size: number;
  readonly alpha: number;
  /** where it is after t seconds */
  at(t: number): { x: number; y: number };
}

const SPACING = 46;

/** Enough motes to fill the area (and a little around it) with at most n different pictures. */
export function drift(width: number, height: number, n: number): Mote[] {
  const motes: Mote[] = [];
  const cols = Math.ceil(width / SPACING) + 2;
  const rows = Math.ceil(height / SPACING) + 2;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const i = r * cols + c;
      const a = noise(i);
      const b = noise(i + 7919);
      const x0 = (c - 0.5 + (r % 2) / 2 + (a - 0.5) * 0.5) * SPACING;
      const y0 = (r - 0.5 + (b - 0.5) * 0.5) * SPACING;
      motes.push({
        cell: i % n,
        size: 24 + 12 * noise(i + 104729),
        alpha: 0.1 + 0.3 * noise(i + 1299709) ** 2,
        at: (t) => ({
          x: x0 + 9 * Math.sin(y0 / 140 + t * 0.35) + 3 * Math.sin(t * 0.6 + a * 6.28),
          y: y0 + 12 * Math.sin(x0 / 210 + t * 0.28) + 3 * Math.cos(t * 0.5 + b * 6.28),
        }),
      });
    }
  }
  return motes;
}

/** A hash of i in [0, 1). */
function noise(i: number): number {
  const x = Math.imul((i + 1) ^ ((i + 1) >>> 15), 0x2c1b3c6d);
  return (Math.imul(x ^ (x >>> 12), 0x297a2d39) >>> 0) / 2 ** 32;
}
