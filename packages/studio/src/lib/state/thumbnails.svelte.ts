/** Samples as small pictures on the map, made in a worker when they are wanted. */
import type { Thumbnails } from '@portolan/view';
import { samples } from './samples.svelte.ts';
import { shown } from './shown.svelte.ts';
import { view } from './view.svelte.ts';
import { scout } from './workers.ts';

class ThumbnailSheet {
  current = $state.raw<Thumbnails | null>(null);
  busy = $state(false);
  #made = '';
  #turn = 0;

  /** Makes the sheet for the points that are drawn, if it is wanted and not yet there. */
  async refresh(): Promise<void> {
    const { medium, rows, info, tone, asInk } = samples;
    const { points } = shown;
    const wanted = view.thumbnails && medium && rows && points;
    const ink = asInk && tone !== 'plain';
    const subset = points?.rows ? points.rows.length : 'all';
    const key = wanted ? `${info?.id} ${subset} ${points.coordinates.rows} ${ink}` : '';
    if (key === this.#made) return;
    this.#made = key;
    const turn = ++this.#turn;
    this.current = null;
    if (!wanted) return;
    this.busy = true;
    try {
      const atlas = await scout().call('atlas', {
        medium,
        tone: tone === 'negative' && ink ? 'negative-light' : 'plain',
        points: points.rows,
      });
      if (turn === this.#turn) this.current = { ...atlas, ink };
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

export const thumbnails = new ThumbnailSheet();
