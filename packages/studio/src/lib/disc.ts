/**
 * What makes a Poincaré disc readable: its rim, circles about its centre at equal hyperbolic distances, and the geodesics
 * through the centre; and as a colour how far from the centre a point is, which on a hierarchy is how deep.
 */
import type { Matrix } from '@portolan/core/base';
import type { Column } from '@portolan/core/data';
import type { Line, Place } from '@portolan/view';

export const FROM_CENTRE = 'distance from the centre';

/** Hyperbolic distances from the centre that have a circle; the last is 0.998 of the way to the rim. */
const CIRCLES = [1, 2, 3, 4, 6];
const SPOKES = 12;
const STEPS = 180;

/** Of the unit disc. */
export function discLines(color: string): Line[] {
  const circle = (radius: number): Place[] =>
    Array.from({ length: STEPS + 1 }, (_, s) => around((2 * Math.PI * s) / STEPS, radius));
  return [
    ...CIRCLES.map((far) => ({ points: circle(Math.tanh(far / 2)), color, width: 1, opacity: 0.22 })),
    ...Array.from({ length: SPOKES }, (_, s) => {
      const angle = (2 * Math.PI * s) / SPOKES;
      return { points: [around(angle, Math.tanh(0.5)), around(angle, 1)], color, width: 1, opacity: 0.14 };
    }),
    { points: circle(1), color, width: 1.5, opacity: 0.75 },
  ];
}

const around = (angle: number, radius: number): Place => [radius * Math.cos(angle), radius * Math.sin(angle)];

/** The hyperbolic distance of each point from the centre of the ball. */
export function fromCentre({ data, rows, cols }: Matrix): Column {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let squared = 0;
    for (let c = 0; c < cols; c++) squared += data[i * cols + c] ** 2;
    values[i] = 2 * Math.atanh(Math.min(1 - 1e-7, Math.sqrt(squared)));
  }
  return { name: FROM_CENTRE, type: 'number', values };
}
