/** The map that stands beside the one that is looked at, of the same samples, so that the two can be compared. */
import { procrustes } from '@portolan/core/linalg';
import type { Matrix } from '@portolan/core/base';
import { aboutMap, aboutSpace } from '../about.ts';
import { sentence } from '../sentence.ts';
import { chart, flat } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { view } from './view.svelte.ts';

export interface Comparable {
  id: string;
  about: readonly string[];
}

class Beside {
  coordinates = $state.raw<Matrix | null>(null);
  /** a space whose codes are a plane, or a map */
  id = $state<string | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);

  /** What can stand beside: maps and 2-D spaces of the same data, but for the one that is looked at. */
  choices: Comparable[] = $derived.by(() => {
    const here = chart.map?.id ?? chart.space?.id;
    const spaces = project.spaces.filter(
      ({ data, latentDim, encodes }) => data === view.data && encodes && latentDim <= 2,
    );
    const maps = project.maps.filter(({ data, nComponents }) => data === view.data && nComponents === 2);
    return [
      ...spaces.map((item) => ({ id: item.id, about: aboutSpace(item) })),
      ...maps.map((item) => ({
        id: item.id,
        about: [...(item.space ? [`of ${item.space}`] : []), ...aboutMap(item, project.titleOf(item))],
      })),
    ].filter(({ id }) => id !== here);
  });

  #turn = 0;

  async load(id: string | null): Promise<void> {
    const turn = ++this.#turn;
    this.id = id;
    this.error = null;
    if (!id || !project.client) {
      this.coordinates = null;
      return;
    }
    this.busy = true;
    try {
      const raw = project.mapOf(id)
        ? await project.client.coordinates({ map: id })
        : await project.client.codes({ space: id });
      if (turn === this.#turn) this.coordinates = turned(flat(raw), chart.points?.coordinates ?? null);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.coordinates = null;
      this.error = sentence(error);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

/** Turned, or mirrored, to where the other map's points are: a map's direction says nothing. */
function turned(coordinates: Matrix, target: Matrix | null): Matrix {
  const fits = target && target.cols === 2 && target.rows === coordinates.rows && target.rows > 0;
  return fits ? procrustes(coordinates, target).coordinates : coordinates;
}

export const beside = new Beside();
