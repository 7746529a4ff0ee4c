/**
 * Words on the map: names of categories, keywords of clusters, names of samples. A label belongs to a place or to
 * points; of several points it stands at the one where they are densest, and moves with it. Which of them are shown
 * follows from the room there is (`layOutLabels`); they come and go softly.
 */
import {
  LABEL_DOT,
  LABEL_LINE,
  LABEL_PLATE,
  densestPoint,
  labelSize,
  layOutLabels,
  middleOn,
} from '@portolan/core/pictures';
import type { LabelBox, LabelPlace } from '@portolan/core/pictures';
import type { Size } from './camera.ts';
import type { PointState } from './point-state.ts';
import type { Place } from './types.ts';

export interface MapLabel {
  text: string;
  /** where it stands, map units */
  place?: Place;
  /** or the points that it names; of a single one it stands beside it */
  indices?: ArrayLike<number>;
  /** above zero; the greater finds its place first and is written larger. By default the number of its points */
  priority?: number;
  /** of a dot before the text, so that it can be told which colour it names */
  color?: string;
}

/** A label where it is drawn now: its middle in CSS pixels. */
export interface DrawnLabel {
  text: string;
  x: number;
  y: number;
  width: number;
  fontSize: number;
  /** the name of more than a point: it lies over them, on a plate in the colour of the ground */
  bold: boolean;
  color?: string;
  opacity: number;
}

/** What the layer must know of the map to place its labels. */
export interface LabelSurroundings {
  size: Size;
  /** where a place is, or a point, now; null when it is not in sight */
  pixelOf(place: Place): Place | null;
  pixelOfPoint(point: number): Place | null;
  pointRadius: number;
  /** milliseconds, of this frame */
  now: number;
  /** milliseconds that a label takes to come or go; 0 for at once */
  fadeMs: number;
  family: string;
  /** CSS pixels */
  widthOf(text: string, fontSize: number, bold: boolean): number;
  obstacles: readonly { x: number; y: number; width: number; height: number }[];
  /** how far the points are on their way to where they were put last, in [0, 1] */
  time: number;
}

/** CSS pixels of the name of a single point. */
const SMALL = 11.5;
export const LABEL_FADE = 160;
/** More members than this are thinned before the densest of them is looked for. */
const MAX_MEMBERS = 5000;

interface Kept {
  label: MapLabel;
  members: Uint32Array | null;
  priority: number;
  fontSize: number;
  bold: boolean;
  /** the point it stands at, and the one it stood at before the points moved; −1 for none */
  anchor: number;
  before: number;
  width: number;
  opacity: number;
  drawn: LabelPlace | null;
}

export class LabelLayer {
  private kept: Kept[] = [];
  private shown = new Map<number, number>();
  /** labels that may stand elsewhere now, the most important last */
  private waiting: Kept[] = [];
  private last = NaN;
  private family = '';

  /** Takes other labels; those with the text and place of one before keep their place. */
  set(labels: readonly MapLabel[]): void {
    const old = new Map(this.kept.map((kept) => [kept.label.text, kept]));
    const most = labels.reduce((most, label) => Math.max(most, priorityOf(label)), 0);
    this.shown.clear();
    this.kept = labels.map((label, index) => {
      const priority = priorityOf(label);
      const before = old.get(label.text);
      if (before?.drawn) this.shown.set(index, before.drawn.side);
      const members = label.indices ? thinned(label.indices) : null;
      const bold = !members || members.length > 1;
      const fontSize = bold ? labelSize(priority, most) : SMALL;
      return {
        label, members, priority, fontSize, bold, anchor: -1, before: -1, width: NaN,
        opacity: before?.opacity ?? 0, drawn: before?.drawn ?? null,
      }; // prettier-ignore
    });
    this.wait();
  }

  get isEmpty(): boolean {
    return this.kept.length === 0;
  }

  /** Points or filter are others now. @param moved  the points set out for other places */
  renew(moved: boolean): void {
    if (moved) for (const kept of this.kept) kept.before = kept.anchor;
    this.wait();
  }

  /**
   * Finds the point each label stands at, where that is not known.
   * @param coordinates  of the points, [n * nComponents]
   * @param milliseconds  how long that may take; what is left then stays where it is until the next call
   * @returns whether all is found
   */
  anchor(
    { to: coordinates, nComponents, visible }: Pick<PointState, 'to' | 'nComponents' | 'visible'>,
    milliseconds = Infinity,
  ): boolean {
    if (this.waiting.length === 0) return true;
    const n = coordinates.length / nComponents;
    const start = performance.now();
    while (this.waiting.length > 0 && performance.now() - start < milliseconds) {
      const kept = this.waiting.pop()!;
      const members = kept.members!.filter((i) => i < n && (!visible || visible[i] !== 0));
      kept.anchor = densestPoint(coordinates, members, nComponents);
    }
    return this.waiting.length === 0;
  }

  /** The labels for a picture, where there is room for them; nothing comes or goes. */
  still(around: LabelSurroundings): DrawnLabel[] {
    const boxes = this.boxes(around);
    const places = layOutLabels(boxes, around.size, { shown: this.shown, obstacles: around.obstacles });
    return places.map(({ index, x, y }) => drawn(this.kept[index], x, y, 1));
  }

  /** The labels as they are drawn now, and whether some are still coming or going. */
  layOut(around: LabelSurroundings): { labels: DrawnLabel[]; running: boolean } {
    const { size, fadeMs, now } = around;
    const boxes = this.boxes(around);
    const places = layOutLabels(boxes, size, { shown: this.shown, obstacles: around.obstacles });
    this.shown = new Map(places.map(({ index, side }) => [index, side]));
    const step = fadeMs > 0 ? Math.min(1, Number.isNaN(this.last) ? 0 : Math.max(0, now - this.last) / fadeMs) : 1;
    this.last = now;
    const chosen = new Map(places.map((place) => [place.index, place]));
    let running = false;
    const labels: DrawnLabel[] = [];
    this.kept.forEach((kept, index) => {
      const place = chosen.get(index);
      const target = place ? 1 : 0;
      kept.opacity += Math.max(-step, Math.min(step, target - kept.opacity));
      if (kept.opacity !== target) running = true;
      else if (!place) kept.drawn = null;
      if (place) kept.drawn = place;
      else if (kept.drawn && boxes[index].priority > 0) kept.drawn = following(kept.drawn, boxes[index]);
      if (!kept.drawn || kept.opacity <= 0) return;
      labels.push(drawn(kept, kept.drawn.x, kept.drawn.y, kept.opacity));
    });
    if (!running) this.last = NaN;
    return { labels, running };
  }

  private wait(): void {
    this.waiting = this.kept.filter(({ members }) => members !== null).sort((a, b) => a.priority - b.priority);
  }

  private boxes(around: LabelSurroundings): LabelBox[] {
    if (around.family !== this.family) for (const kept of this.kept) kept.width = NaN;
    this.family = around.family;
    return this.kept.map((kept) => {
      const { label, fontSize, bold, members } = kept;
      if (Number.isNaN(kept.width)) {
        kept.width = around.widthOf(label.text, fontSize, bold) + (label.color ? LABEL_DOT.space : 0);
      }
      const at = pixelOf(kept, around);
      const beside = members?.length === 1 ? around.pointRadius + 5 : undefined;
      const priority = at ? kept.priority : 0;
      const width = kept.width + (bold ? 2 * LABEL_PLATE.beyond : 0);
      return { x: at?.[0] ?? -1, y: at?.[1] ?? -1, width, height: fontSize * LABEL_LINE, priority, beside };
    });
  }
}

function drawn({ label, width, fontSize, bold }: Kept, x: number, y: number, opacity: number): DrawnLabel {
  return { text: label.text, color: label.color, x, y, width, fontSize, bold, opacity };
}

function priorityOf({ priority, indices }: MapLabel): number {
  return priority ?? Math.max(1, indices?.length ?? 1);
}

function thinned(indices: ArrayLike<number>): Uint32Array {
  const stride = Math.ceil(indices.length / MAX_MEMBERS) || 1;
  return Uint32Array.from({ length: Math.ceil(indices.length / stride) }, (_, k) => indices[k * stride]);
}

/** While points are on their way a label goes from the point it stood at to the one it will stand at. */
function pixelOf({ label, members, anchor, before }: Kept, around: LabelSurroundings): Place | null {
  if (!members) return label.place ? around.pixelOf(label.place) : null;
  const to = anchor < 0 ? null : around.pixelOfPoint(anchor);
  const from = around.time < 1 && before >= 0 ? around.pixelOfPoint(before) : null;
  if (!to || !from) return to;
  const mix = (axis: 0 | 1): number => from[axis] + (to[axis] - from[axis]) * around.time;
  return [mix(0), mix(1)];
}

/** A label on its way out stays with its thing. */
function following(drawn: LabelPlace, box: LabelBox): LabelPlace {
  const [x, y] = middleOn(box, drawn.side);
  return { ...drawn, x, y };
}
