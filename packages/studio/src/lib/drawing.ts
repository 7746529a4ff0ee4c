/**
 * Points that a person draws: what a brush, a spray can and an eraser do to a list of points in the plane. Strokes give a
 * new list, so that an earlier one can be gone back to; what is random comes from the caller.
 */
import type { Random } from '@portolan/core/base';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** which ink it was drawn with, or which part of a preset it is */
  readonly ink: number;
}

export type Points = readonly Point[];

/** The sheet reaches from −REACH to REACH both ways. */
export const REACH = 5;
/** Fewer say little about a distribution; more than MAX_POINTS are not taken. */
export const MIN_POINTS = 100;
export const MAX_POINTS = 20_000;

/** Points to a unit of a stroke's length, and of a dab that stays where it is. */
const PER_LENGTH = 60;
const PER_DAB = 6;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A stroke: points along a line, scattered about it by a Gaussian of deviation size / 3. */
export function brush(points: Points, from: Place, to: Place, size: number, ink: number, rng: Random): Points {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const n = Math.max(length === 0 ? PER_DAB : 1, Math.round(PER_LENGTH * length));
  return added(points, n, () => {
    const t = rng.uniform();
    const [dx, dy] = [(size / 3) * rng.normal(), (size / 3) * rng.normal()];
    return { x: from.x + t * (to.x - from.x) + dx, y: from.y + t * (to.y - from.y) + dy, ink };
  });
}

/** A puff: `n` points evenly over a disc of radius `size`. */
export function spray(points: Points, at: Place, size: number, ink: number, n: number, rng: Random): Points {
  return added(points, n, () => {
    const radius = size * Math.sqrt(rng.uniform());
    const angle = 2 * Math.PI * rng.uniform();
    return { x: at.x + radius * Math.cos(angle), y: at.y + radius * Math.sin(angle), ink };
  });
}

/** Without those within `size` of the line. */
export function erase(points: Points, from: Place, to: Place, size: number): Points {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squared = dx * dx + dy * dy;
  const kept = points.filter(({ x, y }) => {
    const along = squared === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / squared;
    const t = Math.min(1, Math.max(0, along));
    return Math.hypot(x - from.x - t * dx, y - from.y - t * dy) > size;
  });
  return kept.length === points.length ? points : kept;
}

/** Rows of two numbers moved and scaled, both ways alike, so that they fill the sheet but for a margin. */
export function fitted(rows: ArrayLike<number>, inks: ArrayLike<number>): Points {
  const n = inks.length;
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < 2 * n; i++) {
    low[i % 2] = Math.min(low[i % 2], rows[i]);
    high[i % 2] = Math.max(high[i % 2], rows[i]);
  }
  const scale = (1.7 * REACH) / (Math.max(high[0] - low[0], high[1] - low[1]) || 1);
  return Array.from({ length: n }, (_, i) => ({
    x: scale * (rows[2 * i] - (low[0] + high[0]) / 2),
    y: scale * (rows[2 * i + 1] - (low[1] + high[1]) / 2),
    ink: inks[i],
  }));
}

/** More than one ink was used. */
export function inked(points: Points): boolean {
  return points.some(({ ink }) => ink !== points[0].ink);
}

/** As a table: x, y, and `ink` where more than one was used. */
export function toCsv(points: Points): { text: string; label?: string } {
  const several = inked(points);
  const lines = points.map(({ x, y, ink }) => `${x.toFixed(4)},${y.toFixed(4)}${several ? `,${INK}${ink + 1}` : ''}`);
  return { text: [`x,y${several ? ',ink' : ''}`, ...lines, ''].join('\n'), ...(several && { label: 'ink' }) };
}

/** What keeps points from being data, in a sentence; undefined when nothing does. */
export function tooFew({ length }: Points): string | undefined {
  if (length >= MIN_POINTS) return undefined;
  const more = MIN_POINTS - length;
  return length === 0
    ? `Draw at least ${MIN_POINTS} points.`
    : `Draw at least ${MIN_POINTS} points: ${more} more ${more === 1 ? 'is' : 'are'} missing.`;
}

/** Names, so that a table reads them as classes and not as numbers. */
const INK = 'ink ';

/** Those that fall outside the sheet are left out, as paint beside the paper is. */
function added(points: Points, n: number, make: () => Point): Points {
  const fresh = Array.from({ length: n }, make).filter(({ x, y }) => Math.abs(x) <= REACH && Math.abs(y) <= REACH);
  return [...points, ...fresh].slice(0, MAX_POINTS);
}
