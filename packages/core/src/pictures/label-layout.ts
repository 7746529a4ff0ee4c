/**
 * Labels placed without overlap: greedy by priority, as on a chart, in pixels. So their number follows from the room
 * there is: more as one comes nearer.
 *
 * A label that is shown stays while it can: it is asked before others of nearly its priority and needs less clearance
 * than one that is new (two thresholds, as in a thermostat). So nothing flickers while the map moves.
 */
import type { Place, Size } from './framing.ts';

export interface LabelBox {
  /** where the thing is that it names, CSS pixels */
  x: number;
  y: number;
  width: number;
  height: number;
  /** above zero; the greater goes first */
  priority: number;
  /** CSS pixels beside the thing: right of it, else left, above, below; without it the label lies over the thing */
  beside?: number;
}

export interface LabelPlace {
  /** which of the boxes */
  index: number;
  /** the middle of the label, CSS pixels */
  x: number;
  y: number;
  /** which side of the thing: 1 … 4 are right, left, above, below; 0 over it, 5 and 6 a line higher and lower */
  side: number;
}

export interface LabelLayoutOptions {
  /** labels that are shown now, and on which side */
  shown?: ReadonlyMap<number, number>;
  /** what labels may not cover, middles and sizes */
  obstacles?: readonly { x: number; y: number; width: number; height: number }[];
  limit?: number;
}

/** CSS pixels of the dot that says which colour a label names, with what is free behind it. */
export const LABEL_DOT = { radius: 4, space: 13 };
/** Behind a label that lies over points: how far it reaches beyond the words, CSS pixels, and how opaque it is. */
export const LABEL_PLATE = { beyond: 5, opacity: 0.84 };
/** Height of a label, in font sizes. */
export const LABEL_LINE = 1.3;
/** A label that is shown counts for so much more. */
const LOYALTY = 1.4;
/** CSS pixels free beside a label that is shown, and beside one that is to be; half as much above and below. */
const CLEARANCE = { shown: 2, hidden: 7 };
/** CSS pixels from the edge of the picture. */
const MARGIN = 5;
const CELL = 64;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** CSS pixels: names of much are written larger, as on a chart. @param most  the greatest priority there is */
export function labelSize(priority: number, most: number): number {
  return priority > 0.5 * most ? 14 : priority > 0.12 * most ? 12.5 : 11.5;
}

/** The labels that find a place, the first asked first. Those whose thing is out of the picture have none. */
export function layOutLabels(
  boxes: readonly LabelBox[],
  size: Size,
  { shown = new Map(), obstacles = [], limit = Infinity }: LabelLayoutOptions = {},
): LabelPlace[] {
  const weight = (index: number): number => boxes[index].priority * (shown.has(index) ? LOYALTY : 1);
  const order = boxes
    .map((_, index) => index)
    .filter((index) => boxes[index].priority > 0 && isWithin(boxes[index], size))
    .sort((a, b) => weight(b) - weight(a) || a - b);
  const taken = new Taken();
  for (const { x, y, width, height } of obstacles) taken.add(boxAround(x, y, width, height));
  const places: LabelPlace[] = [];
  for (const index of order) {
    if (places.length >= limit) break;
    const before = shown.get(index);
    const clearance = before === undefined ? CLEARANCE.hidden : CLEARANCE.shown;
    for (const side of sidesOf(boxes[index], before)) {
      const [x, y] = inside(middleOn(boxes[index], side), boxes[index], size);
      const { width, height } = boxes[index];
      if (!taken.isFree(boxAround(x, y, width + 2 * clearance, height + clearance))) continue;
      taken.add(boxAround(x, y, width, height));
      places.push({ index, x, y, side });
      break;
    }
  }
  return places;
}

function isWithin({ x, y }: LabelBox, { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && x <= width && y <= height;
}

function sidesOf({ beside }: LabelBox, before?: number): number[] {
  const sides = beside === undefined ? [0, 5, 6] : [1, 2, 3, 4];
  return before === undefined ? sides : [before, ...sides.filter((side) => side !== before)];
}

/** The middle of a label on a side of its thing. */
export function middleOn({ x, y, width, height, beside = 0 }: LabelBox, side: number): Place {
  if (side === 1) return [x + beside + width / 2, y];
  if (side === 2) return [x - beside - width / 2, y];
  if (side === 3) return [x, y - beside - height / 2];
  if (side === 4) return [x, y + beside + height / 2];
  if (side === 5) return [x, y - height];
  if (side === 6) return [x, y + height];
  return [x, y];
}

/** Labels over their thing are moved into the picture; one that is wider stays where it is. */
function inside([x, y]: Place, { width, height, beside }: LabelBox, size: Size): Place {
  if (beside !== undefined) return [x, y];
  const across = width / 2 + MARGIN;
  const down = height / 2 + MARGIN;
  return [
    2 * across > size.width ? x : Math.min(size.width - across, Math.max(across, x)),
    2 * down > size.height ? y : Math.min(size.height - down, Math.max(down, y)),
  ];
}

function boxAround(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

/** Boxes by the squares of a grid that they touch. */
class Taken {
  private readonly cells = new Map<string, Box[]>();

  isFree(box: Box): boolean {
    for (const key of cellsOf(box)) {
      for (const other of this.cells.get(key) ?? []) {
        if (other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top) {
          return false;
        }
      }
    }
    return true;
  }

  add(box: Box): void {
    for (const key of cellsOf(box)) {
      const boxes = this.cells.get(key);
      if (boxes) boxes.push(box);
      else this.cells.set(key, [box]);
    }
  }
}

function* cellsOf({ left, top, right, bottom }: Box): Generator<string> {
  for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row++) {
    for (let col = Math.floor(left / CELL); col <= Math.floor(right / CELL); col++) yield `${col} ${row}`;
  }
}
