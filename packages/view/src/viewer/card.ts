/** What is known of the point under the pointer: its picture and its columns, in a card beside it. */
import type { Column } from '@portolan/core/data';
import { cellText } from '../cells.ts';
import type { Place, Thumbnails } from '../types.ts';
import { h } from './dom.ts';

const MAX_COLUMNS = 10;
/** CSS pixels. */
const PICTURE = 84;
const GAP = 18;

export class Card {
  readonly element = h('aside', { className: 'card', hidden: true, 'aria-label': 'Point' });
  private readonly columns: readonly Column[];
  private readonly picture = h('canvas');
  private readonly list = h('dl');
  private thumbnails: Thumbnails | null = null;

  constructor(columns: readonly Column[]) {
    this.columns = columns;
    this.picture.hidden = true;
    this.element.append(this.picture, this.list);
  }

  setThumbnails(thumbnails: Thumbnails | null): void {
    this.thumbnails = thumbnails;
  }

  /** @param pixel  CSS pixels within the box the card lies in */
  show(point: number, [x, y]: Place): void {
    const { element, list, columns } = this;
    if (point < 0) {
      element.hidden = true;
      return;
    }
    if (element.dataset.point !== String(point) || element.hidden) {
      element.dataset.point = String(point);
      list.replaceChildren(...this.entry('row', String(point)));
      for (const column of columns.slice(0, MAX_COLUMNS))
        list.append(...this.entry(column.name, cellText(column, point) || '–'));
      if (columns.length > MAX_COLUMNS) list.append(h('dd', {}, `and ${columns.length - MAX_COLUMNS} more columns`));
      this.draw(point);
    }
    element.hidden = false;
    const { clientWidth, clientHeight } = element.parentElement!;
    const { offsetWidth, offsetHeight } = element;
    const left = x + GAP + offsetWidth < clientWidth ? x + GAP : Math.max(4, x - GAP - offsetWidth);
    const top = Math.min(Math.max(4, y - offsetHeight / 2), Math.max(4, clientHeight - offsetHeight - 4));
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /** The point in words, for screen readers. */
  describe(point: number): string {
    const parts = this.columns.slice(0, 4).map((column) => `${column.name} ${cellText(column, point) || 'missing'}`);
    return [`row ${point}`, ...parts].join(', ');
  }

  private entry(name: string, value: string): [HTMLElement, HTMLElement] {
    return [h('dt', {}, name), h('dd', {}, value)];
  }

  private draw(point: number): void {
    const { picture, thumbnails } = this;
    const cell = thumbnails?.cells[point] ?? -1;
    picture.hidden = cell < 0;
    if (!thumbnails || cell < 0) return;
    const { image, cellWidth, cellHeight, ink } = thumbnails;
    const cols = Math.floor(image.width / cellWidth);
    const scale = PICTURE / Math.max(cellWidth, cellHeight);
    const ratio = window.devicePixelRatio || 1;
    Object.assign(picture.style, { width: `${cellWidth * scale}px`, height: `${cellHeight * scale}px` });
    picture.width = Math.round(cellWidth * scale * ratio);
    picture.height = Math.round(cellHeight * scale * ratio);
    const context = picture.getContext('2d')!;
    // a few large pixels are drawn as they are, a picture is not
    context.imageSmoothingEnabled = Math.max(cellWidth, cellHeight) > 12;
    context.imageSmoothingQuality = 'high';
    const [left, top] = [(cell % cols) * cellWidth, Math.floor(cell / cols) * cellHeight];
    context.drawImage(image as ImageBitmap, left, top, cellWidth, cellHeight, 0, 0, picture.width, picture.height);
    if (ink) inkIn(context, getComputedStyle(picture).color);
  }
}

/** Brightness becomes ink: how bright a pixel is says how opaque. */
function inkIn(context: CanvasRenderingContext2D, color: string): void {
  const { width, height } = context.canvas;
  const image = context.getImageData(0, 0, width, height);
  const [r, g, b] = /(\d+)\D+(\d+)\D+(\d+)/.exec(color)?.slice(1).map(Number) ?? [0, 0, 0];
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    const bright = Math.max(data[at], data[at + 1], data[at + 2]);
    data.set([r, g, b, bright], at);
  }
  context.putImageData(image, 0, 0);
}
