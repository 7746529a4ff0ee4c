/** Of each point, the share of its true neighbours that the map keeps near: a colour like a column. */
import type { Column } from '@portolan/core/data';
import { sentence } from '../sentence.ts';
import { chart } from './chart.svelte.ts';
import { project } from './project.svelte.ts';

/** Its name in the menu of colours, in the address and in tables. */
export const KEPT = 'neighbours kept';

class Kept {
  column = $state.raw<Column | null>(null);
  error = $state<string | null>(null);
  /** of a map that was counted so; those made earlier were not */
  there = $derived(chart.map?.keepNeighbors !== undefined);

  #turn = 0;

  /** Fetches those of the map that is looked at. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const { map } = chart;
    this.column = null;
    this.error = null;
    if (!map || !this.there || !project.client) return;
    try {
      const values = Float64Array.from(await project.client.keep({ map: map.id }));
      if (turn === this.#turn) this.column = { name: KEPT, type: 'number', values };
    } catch (error) {
      if (turn === this.#turn) this.error = sentence(error);
    }
  }
}

export const kept = new Kept();
