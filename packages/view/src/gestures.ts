/**
 * Pointer, wheel, touch and keys on an element, turned into what they mean for a map. Pixels are CSS pixels from the
 * element's top left. One pointer drags, two pinch; shift makes any drag a lasso. In space a drag turns, shift-drag pans.
 */
import { boxRing } from './polygon.ts';
import type { Direction } from './point-grid.ts';
import type { Place, Tool } from './types.ts';

export interface GestureTarget {
  tool(): Tool;
  /** whether the map is one in space, which a drag turns and shift-drag pans */
  isSpatial(): boolean;
  turn(dx: number, dy: number): void;
  pan(dx: number, dy: number): void;
  /** `eased` for a step (a notch of a wheel, a double click), not for a gesture that is followed continuously */
  zoom(pixel: Place, factor: number, eased: boolean): void;
  hover(pixel: Place): void;
  leave(): void;
  click(pixel: Place, shiftKey: boolean): void;
  /** a lasso or box while it is drawn; null when it ends */
  outline(ring: readonly Place[] | null): void;
  select(ring: readonly Place[], tool: 'lasso' | 'box'): void;
  travel(direction: Direction): void;
  /** Enter on the point that was travelled to */
  press(shiftKey: boolean): void;
  zoomMiddle(factor: number): void;
  fit(): void;
}

/** CSS pixels a pointer may move and still click. */
const CLICK_SLACK = 4;
/** Milliseconds within which two clicks are one double click. */
const DOUBLE_CLICK = 350;
/** CSS pixels between two corners of a lasso. */
const LASSO_STEP = 3;
const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
const NUDGE: Record<Direction, readonly [dx: number, dy: number]> = {
  left: [80, 0],
  right: [-80, 0],
  up: [0, 80],
  down: [0, -80],
};

type Drag = { kind: 'pan' | 'turn' | 'lasso' | 'box'; start: Place; last: Place; moved: boolean; ring: Place[] };

/** Starts listening; the function it gives back stops it. */
export function listenForGestures(element: HTMLElement, target: GestureTarget): () => void {
  const pointers = new Map<number, Place>();
  let drag: Drag | null = null;
  let lastClick = { time: -Infinity, pixel: [0, 0] as Place };

  const pixelOf = (event: MouseEvent): Place => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const endDrag = (): void => {
    drag = null;
    target.outline(null);
    element.style.cursor = cursorOf(target.tool());
  };

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const pixel = pixelOf(event);
    pointers.set(event.pointerId, pixel);
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    if (pointers.size > 1) {
      endDrag();
      return;
    }
    const kind = kindOf(target.tool(), event.shiftKey, target.isSpatial());
    drag = { kind, start: pixel, last: pixel, moved: false, ring: [pixel] };
  };

  const onMove = (event: PointerEvent): void => {
    const pixel = pixelOf(event);
    const before = pointers.get(event.pointerId);
    if (before && pointers.size === 2) {
      pinch(event.pointerId, before, pixel);
      return;
    }
    if (before) pointers.set(event.pointerId, pixel);
    if (!drag || !before) {
      if (event.pointerType !== 'touch' || before) target.hover(pixel);
      return;
    }
    if (!drag.moved && distance(drag.start, pixel) <= CLICK_SLACK) return;
    const isMove = drag.kind === 'pan' || drag.kind === 'turn';
    if (isMove) {
      target[drag.kind === 'turn' ? 'turn' : 'pan'](pixel[0] - drag.last[0], pixel[1] - drag.last[1]);
      element.style.cursor = 'grabbing';
    } else if (drag.kind === 'box') {
      drag.ring = boxRing(drag.start, pixel);
    } else if (distance(drag.ring[drag.ring.length - 1], pixel) >= LASSO_STEP) {
      drag.ring.push(pixel);
    }
    drag.moved = true;
    drag.last = pixel;
    if (!isMove) target.outline(drag.ring);
  };

  const pinch = (id: number, before: Place, pixel: Place): void => {
    const other = [...pointers].find(([key]) => key !== id)?.[1] ?? pixel;
    pointers.set(id, pixel);
    const middle: Place = [(pixel[0] + other[0]) / 2, (pixel[1] + other[1]) / 2];
    target.pan((pixel[0] - before[0]) / 2, (pixel[1] - before[1]) / 2);
    const apart = distance(before, other);
    if (apart > 1) target.zoom(middle, distance(pixel, other) / apart, false);
  };

  const onUp = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId) || !drag) return;
    const { kind, moved, ring } = drag;
    const pixel = pixelOf(event);
    endDrag();
    if (!moved) {
      if (event.pointerType === 'touch') target.hover(pixel);
      // the second click of a double click zooms and nothing else
      const again = event.timeStamp - lastClick.time < DOUBLE_CLICK && distance(pixel, lastClick.pixel) < 8;
      lastClick = { time: again ? -Infinity : event.timeStamp, pixel };
      if (!again) target.click(pixel, event.shiftKey);
    } else if (kind === 'lasso' || kind === 'box') {
      target.select(ring, kind);
    }
  };

  const onCancel = (event: PointerEvent): void => {
    pointers.delete(event.pointerId);
    if (drag) endDrag();
  };

  const onLeave = (): void => {
    if (pointers.size === 0) target.leave();
  };

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? element.clientHeight : 1;
    const delta = Math.max(-400, Math.min(400, event.deltaY * unit));
    // a trackpad's pinch arrives as a wheel with ctrl, in small steps; a wheel's notch in steps of a hundred
    const rate = event.ctrlKey ? 0.01 : 0.0018;
    target.zoom(pixelOf(event), Math.exp(-delta * rate), Math.abs(delta) >= 50);
  };

  const onDoubleClick = (event: MouseEvent): void => {
    event.preventDefault();
    if (target.isSpatial()) target.fit();
    else target.zoom(pixelOf(event), event.shiftKey || event.altKey ? 0.5 : 2, true);
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.target !== element) return;
    const direction = ARROWS[event.key];
    if (event.altKey && !(direction && target.isSpatial())) return;
    if (direction && event.altKey) target.turn(...NUDGE[direction]);
    else if (direction && event.shiftKey) target.pan(...NUDGE[direction]);
    else if (direction) target.travel(direction);
    else if (event.key === '+' || event.key === '=') target.zoomMiddle(1.5);
    else if (event.key === '-' || event.key === '_') target.zoomMiddle(1 / 1.5);
    else if (event.key === '0' || event.key === 'f' || event.key === 'F') target.fit();
    else if (event.key === 'Enter') target.press(event.shiftKey);
    else if (event.key === 'Escape' && drag) endDrag();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const stop = new AbortController();
  const { signal } = stop;
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onCancel, { signal });
  element.addEventListener('pointerleave', onLeave, { signal });
  element.addEventListener('wheel', onWheel, { signal, passive: false });
  element.addEventListener('dblclick', onDoubleClick, { signal });
  element.addEventListener('keydown', onKey, { signal });
  return () => stop.abort();
}

/** What a drag does: in space it turns the map and with shift moves it, on a flat one it moves it and with shift lassoes. */
function kindOf(tool: Tool, shiftKey: boolean, isSpatial: boolean): Drag['kind'] {
  if (isSpatial && tool === 'pan') return shiftKey ? 'pan' : 'turn';
  return shiftKey ? 'lasso' : tool;
}

export function cursorOf(tool: Tool): string {
  return tool === 'pan' ? 'default' : 'crosshair';
}

function distance([x0, y0]: Place, [x1, y1]: Place): number {
  return Math.hypot(x1 - x0, y1 - y0);
}
