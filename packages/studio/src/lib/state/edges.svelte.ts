/** The graph of true neighbours as lines on the map: where they are long, the map tore apart what belongs together. */
import { InputError, isAbort } from '@portolan/core/base';
import { edgeNeighbors, edgePairs } from '../edge-pairs.ts';
import { sentence } from '../sentence.ts';
import { chart } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { ui } from './ui.svelte.ts';

/** The share of true neighbours that is looked for where exact would take long. */
const RECALL = 0.95;

class EdgeLines {
  pairs = $state.raw<Uint32Array | null>(null);
  /** neighbours of each sample */
  nNeighbors = $state(0);
  /** 0 … 1 while they are looked for */
  progress = $state<number | null>(null);
  error = $state<string | null>(null);

  /** what the neighbours are of: what was mapped; where codes are drawn as they are, the data behind them */
  of: string | null = $derived.by(() => {
    const { map, space } = chart;
    if (map) return map.space ?? map.data;
    return project.dataOf(space?.data ?? null)?.id ?? space?.id ?? null;
  });

  #known: string | null = null;
  #abort: AbortController | null = null;

  /** Looks for the neighbours of what is mapped, or, with null, lets go of them. */
  async want(of: string | null): Promise<void> {
    const n = chart.points?.coordinates.rows ?? 0;
    const key = of && `${of} ${n}`;
    if (key === this.#known) return;
    this.#abort?.abort();
    this.#known = key;
    this.pairs = null;
    this.progress = null;
    this.error = null;
    const k = edgeNeighbors(n);
    if (!of || !project.client || k < 1) return;
    const abort = (this.#abort = new AbortController());
    this.progress = 0;
    try {
      const found = await project.client.neighborTable(
        { of, k, recall: RECALL },
        {
          signal: abort.signal,
          onProgress: ({ done, total }) => {
            if (!abort.signal.aborted && total > 0) this.progress = done / total;
          },
        },
      );
      if (abort.signal.aborted) return;
      if (found.indices.length !== n * found.nNeighbors) {
        throw new InputError(`${of} has other rows than the map by now; map it anew`);
      }
      this.nNeighbors = found.nNeighbors;
      this.pairs = edgePairs(found);
      ui.said = `${this.pairs.length / 2} lines between nearest neighbours are drawn`;
    } catch (error) {
      if (abort.signal.aborted || isAbort(error)) return;
      this.#known = null;
      this.error = sentence(error);
    } finally {
      if (!abort.signal.aborted) this.progress = null;
    }
  }
}

export const edges = new EdgeLines();
