/**
 * An overview in a corner while one looks at a part: all points small, and a frame around what is in view. The points
 * are painted when they, their colours or the filter change; while the map moves only the frame does. Dragging in it
 * moves the map.
 */
import { extentOfPoints } from '@portolan/core/pictures';
import type { Extent } from '@portolan/core/pictures';
import { parseColor } from './colors.ts';
import type { MapTheme } from './types.ts';

export interface MinimapSource {
  count: number;
  /** [n * 2] */
  coordinates: Float32Array;
  visible: Uint8Array | null;
  colorOf(point: number): string;
}

/** CSS pixels, of the longer side. */
const SIDE = 148;
const MARGIN = 16;
const PAD = 6;
/** Milliseconds from a change to the new picture. */
const PATIENCE = 120;
/** More points than this are thinned. */
const MAX_POINTS = 30_000;
/** It is shown while the view is less than so much of the whole, by either side. */
const PART = 0.85;

export class Minimap {
  private readonly box = document.createElement('div');
  private readonly canvas = document.createElement('canvas');
  private readonly frame = document.createElement('div');
  private readonly source: () => MinimapSource | null;
  private readonly painted: () => void;
  private readonly stop = new AbortController();
  private extent: Extent | null = null;
  private scale = 1;
  private waiting = 0;
  private shown = false;

  /**
   * @param source  the points; null where an overview makes no sense
   * @param moveTo  what is told where in map units the middle of the view should be
   * @param painted  called when there is a new picture, so that `look` is called again
   */
  constructor(
    root: HTMLElement,
    source: () => MinimapSource | null,
    { moveTo, painted }: { moveTo: (x: number, y: number) => void; painted: () => void },
  ) {
    this.source = source;
    this.painted = painted;
    const { box, canvas, frame } = this;
    box.setAttribute('aria-hidden', 'true');
    box.dataset.part = 'minimap';
    Object.assign(box.style, {
      position: 'absolute', right: `${MARGIN}px`, bottom: `${MARGIN + 12}px`, overflow: 'hidden', borderRadius: '2px',
      cursor: 'crosshair', touchAction: 'none', visibility: 'hidden', opacity: '0', transition: 'opacity 160ms, visibility 160ms',
    }); // prettier-ignore
    Object.assign(canvas.style, { display: 'block', width: '100%', height: '100%' });
    Object.assign(frame.style, {
      position: 'absolute',
      left: '0',
      top: '0',
      boxSizing: 'border-box',
      pointerEvents: 'none',
    });
    box.append(canvas, frame);
    root.append(box);
    this.listen(moveTo);
  }

  /** Points, colours or filter are others now. */
  touch(theme: MapTheme): void {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.paint(theme), PATIENCE);
  }

  /** The view is elsewhere: moves the frame. @param view  null where an overview makes no sense */
  look(view: Extent | null, theme: MapTheme): void {
    const { extent, box, frame, scale } = this;
    const part = extent && view && Math.max((view.xMax - view.xMin) / (extent.xMax - extent.xMin || 1), (view.yMax - view.yMin) / (extent.yMax - extent.yMin || 1)); // prettier-ignore
    const shown = part !== null && part < PART;
    if (shown !== this.shown) {
      this.shown = shown;
      box.style.visibility = shown ? 'visible' : 'hidden';
      box.style.opacity = shown ? '1' : '0';
    }
    if (!shown || !extent || !view) return;
    const width = Math.max(5, (view.xMax - view.xMin) * scale);
    const height = Math.max(5, (view.yMax - view.yMin) * scale);
    const x = PAD + ((view.xMin + view.xMax) / 2 - extent.xMin) * scale - width / 2;
    const y = PAD + (extent.yMax - (view.yMin + view.yMax) / 2) * scale - height / 2;
    frame.style.transform = `translate(${x}px, ${y}px)`;
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
    frame.style.border = `1.5px solid ${theme.accent}`;
  }

  /** CSS pixels at the lower right that it covers; null while it is hidden. */
  get covers(): { width: number; height: number } | null {
    return this.shown ? { width: this.box.offsetWidth + 2 * MARGIN, height: this.box.offsetHeight + 2 * MARGIN } : null;
  }

  destroy(): void {
    clearTimeout(this.waiting);
    this.stop.abort();
    this.box.remove();
  }

  private paint(theme: MapTheme): void {
    const { canvas, box } = this;
    const source = this.source();
    const extent = source && extentOfPoints(source.coordinates);
    this.extent = extent;
    this.painted();
    if (!source || !extent) return;
    const { coordinates, count, visible, colorOf } = source;
    const spanX = extent.xMax - extent.xMin || 1;
    const spanY = extent.yMax - extent.yMin || 1;
    this.scale = (SIDE - 2 * PAD) / Math.max(spanX, spanY);
    const width = Math.max(40, Math.round(spanX * this.scale + 2 * PAD));
    const height = Math.max(40, Math.round(spanY * this.scale + 2 * PAD));
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    Object.assign(box.style, { width: `${width}px`, height: `${height}px`, background: theme.background });
    box.style.boxShadow = `0 0 0 1px ${theme.graticule}`;
    const context = canvas.getContext('2d');
    if (!context) return;
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const side = count > 5000 ? Math.round(ratio) : Math.round(1.6 * ratio);
    const stride = Math.ceil(count / MAX_POINTS) || 1;
    for (const hidden of [true, false]) {
      for (let i = 0; i < count; i += stride) {
        if ((visible !== null && visible[i] === 0) !== hidden) continue;
        const x = Math.round((PAD + (coordinates[2 * i] - extent.xMin) * this.scale) * ratio - side / 2);
        const y = Math.round((PAD + (extent.yMax - coordinates[2 * i + 1]) * this.scale) * ratio - side / 2);
        if (!(x >= 0 && y >= 0 && x + side <= canvas.width && y + side <= canvas.height)) continue;
        const [r, g, b] = parseColor(hidden ? theme.muted : colorOf(i));
        const color = (255 << 24) | (b << 16) | (g << 8) | r;
        for (let row = y; row < y + side; row++)
          pixels.fill(color, row * canvas.width + x, row * canvas.width + x + side);
      }
    }
    context.putImageData(image, 0, 0);
  }

  private listen(moveTo: (x: number, y: number) => void): void {
    const { box } = this;
    const { signal } = this.stop;
    let dragging = false;
    const move = (event: PointerEvent): void => {
      if (!this.extent) return;
      const { left, top } = box.getBoundingClientRect();
      const x = this.extent.xMin + (event.clientX - left - PAD) / this.scale;
      const y = this.extent.yMax - (event.clientY - top - PAD) / this.scale;
      moveTo(x, y);
    };
    box.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        dragging = true;
        box.setPointerCapture(event.pointerId);
        move(event);
      },
      { signal },
    );
    box.addEventListener('pointermove', (event) => dragging && move(event), { signal });
    for (const name of ['pointerup', 'pointercancel'] as const) {
      box.addEventListener(name, () => (dragging = false), { signal });
    }
    // what happens here is not for the map beneath
    for (const name of ['pointerdown', 'pointermove', 'pointerup', 'dblclick', 'click']) {
      box.addEventListener(name, (event) => event.stopPropagation(), { signal });
    }
  }
}
