/** The elements a map lives in: a focusable root with a canvas for the renderer and one over it for what is written. */
import type { Size } from './camera.ts';
import { cursorOf } from './gestures.ts';
import type { MapTheme } from './types.ts';

export interface Stage {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  measure(): Size;
  /** The cleared context of the upper canvas, in CSS pixels. */
  overlayContext(size: Size, pixelRatio: number): CanvasRenderingContext2D | null;
  fontFamily(): string;
  /** Takes on the colours of a theme that show outside the canvases. */
  paint(theme: MapTheme): void;
  /** Says how many points there are, to screen readers. */
  describe(count: number): void;
  /** Has screen readers say something. */
  say(text: string): void;
  destroy(): void;
}

interface StageEvents {
  resize(): void;
  lost(): void;
  restored(): void;
}

/** Fills `element`, which needs a size of its own. */
export function createStage(element: HTMLElement, label: string, events: StageEvents): Stage {
  if (getComputedStyle(element).position === 'static') element.style.position = 'relative';
  const root = document.createElement('div');
  root.tabIndex = 0;
  root.setAttribute('role', 'application');
  root.setAttribute('aria-roledescription', 'map');
  root.setAttribute('aria-label', label);
  Object.assign(root.style, {
    position: 'absolute',
    inset: '0',
    overflow: 'hidden',
    touchAction: 'none',
    userSelect: 'none',
    outline: 'none',
    cursor: cursorOf('pan'),
  });
  const canvas = layer(root);
  const upper = layer(root);
  const live = document.createElement('div');
  live.setAttribute('aria-live', 'polite');
  Object.assign(live.style, {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
  });
  root.append(live);
  element.append(root);
  let accent = '';
  const stop = new AbortController();
  const { signal } = stop;
  const ring = (on: boolean): void => {
    root.style.outline = on ? `2px solid ${accent}` : 'none';
    root.style.outlineOffset = '-2px';
  };
  root.addEventListener('focus', () => ring(root.matches(':focus-visible')), { signal });
  root.addEventListener('blur', () => ring(false), { signal });
  root.addEventListener('keydown', () => ring(true), { signal });
  root.addEventListener('pointerdown', () => ring(false), { signal });
  canvas.addEventListener(
    'webglcontextlost',
    (event) => {
      event.preventDefault();
      events.lost();
    },
    { signal },
  );
  canvas.addEventListener('webglcontextrestored', () => events.restored(), { signal });
  const observer = new ResizeObserver(() => events.resize());
  observer.observe(root);
  const context = upper.getContext('2d');
  return {
    root,
    canvas,
    measure: () => ({ width: root.clientWidth, height: root.clientHeight }),
    overlayContext({ width, height }, pixelRatio) {
      const w = Math.max(1, Math.round(width * pixelRatio));
      const h = Math.max(1, Math.round(height * pixelRatio));
      if (upper.width !== w) upper.width = w;
      if (upper.height !== h) upper.height = h;
      context?.setTransform(1, 0, 0, 1, 0, 0);
      context?.clearRect(0, 0, w, h);
      context?.scale(pixelRatio, pixelRatio);
      return context;
    },
    fontFamily: () => getComputedStyle(root).fontFamily || 'sans-serif',
    paint(theme) {
      accent = theme.accent;
      root.style.backgroundColor = theme.background;
    },
    describe: (count) => root.setAttribute('aria-label', `${label}, ${count.toLocaleString('en')} points`),
    say(text) {
      live.textContent = text;
    },
    destroy() {
      stop.abort();
      observer.disconnect();
      root.remove();
    },
  };
}

function layer(root: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  Object.assign(canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%', display: 'block' });
  canvas.setAttribute('aria-hidden', 'true');
  root.append(canvas);
  return canvas;
}
