/**
 * Maps that were made in one frame, checkpoints of a learning for instance, as a time line under the map: pulled along,
 * the points move from one to the next, and where it is let go that map is what is looked at.
 */
import type { Matrix } from '@portolan/core/base';
import type { MapInfo } from '@portolan/core/workbench';
import { frameOf } from '../frame.ts';
import { sentence } from '../sentence.ts';
import { chart, flat } from './chart.svelte.ts';
import type { Points } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { ui } from './ui.svelte.ts';
import { view } from './view.svelte.ts';

/** Milliseconds that a map stands while the line plays: the points have moved by then, and the eye has followed. */
const STAY = 1100;

class Frame {
  /** in their order; none when the map that is looked at was made alone */
  maps: readonly MapInfo[] = $derived(chart.map ? frameOf(chart.map, project.maps) : []);
  #own = $derived(this.maps.findIndex(({ id }) => id === chart.map?.id));
  /** the one that is passed over */
  #passing = $state<number | null>(null);
  standing: number = $derived(this.#passing ?? Math.max(0, this.#own));
  playing = $state(false);
  error = $state<string | null>(null);

  /** by map, of the frame that is passed through */
  #places = $state.raw<ReadonlyMap<string, Matrix>>(new Map());
  #reading: { ids: string; done: Promise<void> } | null = null;
  /** the points of a map that is passed over, until it is looked at */
  points: Points | null = $derived.by(() => {
    const map = this.#passing === null ? undefined : this.maps[this.#passing];
    const coordinates = map && map.id !== chart.map?.id ? this.#places.get(map.id) : undefined;
    return coordinates ? { coordinates, rows: null, key: map!.data } : null;
  });

  /** its first map: what tells one frame from another */
  #first: string | undefined;
  #timer = 0;

  /** Shows one of them in passing. */
  async pass(place: number): Promise<void> {
    this.#passing = Math.max(0, Math.min(this.maps.length - 1, place));
    await this.#load();
  }

  /** Looks at the one that was passed last. */
  settle(): void {
    const map = this.maps[this.standing];
    if (!map || map.id === chart.map?.id) {
      this.#passing = null;
      return;
    }
    // the frame is the same, so the view stays as it is
    view.set({ space: map.space ?? null, map: map.id, pins: view.pins.filter(({ kind }) => kind === 'sample') });
    ui.said = `Map ${this.standing + 1} of ${this.maps.length}: ${map.id}`;
  }

  /** To be called when another map is looked at: one that was passed over has come, or its frame was left. */
  follow(): void {
    const first = this.maps[0]?.frame?.first;
    if (first !== this.#first) this.#leave();
    else if (this.#passing !== null && this.maps[this.#passing]?.id === chart.map?.id) this.#passing = null;
    this.#first = first;
  }

  async play(): Promise<void> {
    if (this.playing) return this.pause();
    this.playing = true;
    await this.pass(this.standing >= this.maps.length - 1 ? 0 : this.standing + 1);
    if (!this.playing) return;
    this.#timer = window.setInterval(() => {
      // somebody went elsewhere: they aren't called back
      if (view.map !== chart.map?.id) this.#leave();
      else if (this.standing >= this.maps.length - 1) this.pause();
      else void this.pass(this.standing + 1);
    }, STAY);
  }

  pause(): void {
    this.#halt();
    this.settle();
  }

  #halt(): void {
    clearInterval(this.#timer);
    this.playing = false;
  }

  #leave(): void {
    this.#halt();
    this.#passing = null;
    this.error = null;
  }

  /** All their places, once. */
  #load(): Promise<void> {
    const ids = this.maps.map(({ id }) => id);
    if (this.#reading?.ids !== ids.join()) this.#reading = { ids: ids.join(), done: this.#read(ids) };
    return this.#reading.done;
  }

  async #read(ids: readonly string[]): Promise<void> {
    const client = project.client!;
    const current = (): boolean => this.#reading?.ids === ids.join();
    this.error = null;
    try {
      const places = await Promise.all(ids.map((map) => client.coordinates({ map })));
      if (current()) this.#places = new Map(places.map((coordinates, i) => [ids[i], flat(coordinates)]));
    } catch (error) {
      if (!current()) return;
      this.#reading = null;
      this.error = sentence(error);
    }
  }
}

export const frame = new Frame();
