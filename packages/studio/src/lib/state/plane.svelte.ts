/**
 * The decoded plane: what lives everywhere, as a backdrop. First over the extent of the data; when the view rests
 * somewhere closer, over what is seen.
 */
import type { Extent } from '@portolan/view';
import { sentence } from '../sentence.ts';
import type { PlaneBand } from '../worker/decoder.worker.ts';
import { chart } from './chart.svelte.ts';
import { samples } from './samples.svelte.ts';
import { theme } from './theme.svelte.ts';
import { decoder } from './workers.ts';

const N_CELLS = 900;
const MAX_SIDE = 2048;

class Plane {
  /** the picture, and a number that rises with every band painted on it */
  picture = $state.raw<{ canvas: HTMLCanvasElement; extent: Extent; version: number } | null>(null);
  /** share painted, while it is being painted */
  progress = $state<number | null>(null);
  error = $state<string | null>(null);
  /** milliseconds that the last whole plane took */
  took = $state<number | null>(null);

  #id = 0;
  #next: { canvas: HTMLCanvasElement; extent: Extent; rows: number } | null = null;

  /** Decodes the plane over an extent; what was there before stays until the first band. */
  async draw(extent: Extent): Promise<void> {
    const { medium, shownTone } = samples;
    if (!chart.hasPlane || !medium) return;
    const id = ++this.#id;
    const started = performance.now();
    const { cols, rows, cell } = gridFor(extent, medium);
    const canvas = document.createElement('canvas');
    canvas.width = cols * cell.width;
    canvas.height = rows * cell.height;
    this.#next = { canvas, extent, rows };
    this.progress = 0;
    this.error = null;
    decoder().onEvent = (band) => this.#paint(band);
    try {
      const { ink } = theme;
      await decoder().call('plane', { id, extent, cols, rows, cell, tone: shownTone, ink });
      if (id === this.#id) this.took = performance.now() - started;
    } catch (error) {
      if (id === this.#id) this.error = sentence(error);
    } finally {
      if (id === this.#id) this.progress = null;
    }
  }

  clear(): void {
    this.#id++;
    this.picture = null;
    this.progress = null;
    void decoder().call('stopPlane', undefined);
  }

  #paint({ id, y, width, height, pixels }: PlaneBand): void {
    if (id !== this.#id || !this.#next) return;
    const { canvas, extent } = this.#next;
    canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, y);
    this.progress = (y + height) / canvas.height;
    this.picture = { canvas, extent, version: (this.picture?.version ?? 0) + 1 };
  }
}

/** About 900 square cells over the extent; cells are made smaller by a whole factor until they fit a picture. */
function gridFor(extent: Extent, medium: { width: number; height: number }) {
  const aspect = (extent.xMax - extent.xMin) / (extent.yMax - extent.yMin);
  const cols = Math.max(4, Math.min(60, Math.round(Math.sqrt(N_CELLS * aspect))));
  const rows = Math.max(4, Math.min(60, Math.round(N_CELLS / cols)));
  const shrink = Math.max(1, Math.ceil((Math.max(cols, rows) * Math.max(medium.width, medium.height)) / MAX_SIDE));
  return { cols, rows, cell: { width: Math.ceil(medium.width / shrink), height: Math.ceil(medium.height / shrink) } };
}

export const plane = new Plane();
