/** Rhumb lines and the false neighbours between them: shown once the pointer rests on a sample, gone when it leaves. */
import type { Rhumb } from '../rhumb.ts';
import { shown } from './shown.svelte.ts';
import { scout } from './workers.ts';

const REST = 220;
const N_NEIGHBORS = 10;

class RhumbLines {
  lines = $state.raw<(Rhumb & { strangers: Uint32Array; from: number }) | null>(null);
  #point = -1;
  #timer = 0;

  /** The pointer is on a point (or, with −1, on none). */
  rest(point: number): void {
    if (point === this.#point) return;
    this.clear();
    this.#point = point;
    if (point >= 0) this.#timer = window.setTimeout(() => void this.#draw(point), REST);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#point = -1;
    this.lines = null;
  }

  async #draw(point: number): Promise<void> {
    if (shown.points?.rows) return;
    const rhumb = await scout().call('rhumb', { index: point, k: N_NEIGHBORS });
    if (point === this.#point) this.lines = { ...rhumb, from: point };
  }
}

export const rhumb = new RhumbLines();
