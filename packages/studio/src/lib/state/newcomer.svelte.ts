/**
 * Somebody whom a space of ratings was not learned from: what they chose, where that puts them on the map, and what they
 * would choose next. Asked anew with each choice.
 */
import type { Matrix } from '@portolan/core/base';
import type { Recommendation } from '@portolan/core/spaces';
import type { Marks } from '@portolan/view';
import { latest } from '../latest.ts';
import { sentence } from '../sentence.ts';
import { chart, flat } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { samples } from './samples.svelte.ts';
import { shown } from './shown.svelte.ts';
import { ui } from './ui.svelte.ts';

/** Items that are told of. */
const N = 12;

export interface Choice {
  name: string;
  rating: number;
}

/** An item of the space: its name, its row on the map, and how many chose it. */
export interface Item {
  name: string;
  row: number;
  count: number;
}

interface Answer {
  items: Recommendation[];
  /** null where the map has no way to place a code */
  place: Matrix | null;
  unplaced: string | null;
}

class Newcomer {
  choices = $state.raw<readonly Choice[]>([]);
  answer = $state.raw<Answer | null>(null);
  error = $state<string | null>(null);
  busy = $state(false);
  /** the space and map that the answer is of */
  #of = $state('');

  /** Where the space and its map are, null unless it is one of ratings. */
  on: string | null = $derived(chart.space?.recommends ? `${chart.space.id} ${chart.map?.id ?? ''}` : null);

  /** all items, those chosen most first */
  items: readonly Item[] = $derived.by(() => {
    const [kind, name, count] = ['kind', 'name', 'count'].map((column) => samples.columnNamed(column));
    if (!this.on || kind?.type !== 'category' || name?.type !== 'text' || count?.type !== 'number') return [];
    const item = kind.categories.indexOf('item');
    return name.values
      .map((text, row) => ({ name: text, row, count: count.values[row] }))
      .filter(({ row }) => kind.codes[row] === item)
      .toSorted((a, b) => b.count - a.count);
  });
  #rows: ReadonlyMap<string, number> = $derived(new Map(this.items.map(({ name, row }) => [name, row])));

  /** what a rating is when nothing is said: as much as people gave on average */
  usual: number = $derived(Math.round(chart.space?.metrics.train.meanRating ?? 1) || 1);

  /** the person, as a mark on the map */
  marks: Marks | null = $derived.by(() => {
    const place = this.#of === this.on ? this.answer?.place : null;
    return place && !shown.inLearning ? { places: place.data, nComponents: place.cols === 3 ? 3 : 2 } : null;
  });

  #latest = latest(
    (on: string) => this.#ask(on),
    (answer, on) => {
      this.answer = answer;
      this.#of = on;
      this.busy = false;
      const names = answer.items.slice(0, 3).map(({ name }) => name);
      ui.said = `Next: ${names.join(', ')}`;
    },
    (error) => {
      this.error = sentence(error);
      this.busy = false;
    },
  );

  rowOf(name: string): number | undefined {
    return this.#rows.get(name);
  }

  add(name: string): void {
    if (!this.choices.some((choice) => choice.name === name))
      this.#set([...this.choices, { name, rating: this.usual }]);
  }

  rate(name: string, rating: number): void {
    if (rating > 0) this.#set(this.choices.map((choice) => (choice.name === name ? { name, rating } : choice)));
  }

  drop(name: string): void {
    this.#set(this.choices.filter((choice) => choice.name !== name));
  }

  clear(): void {
    this.#set([]);
  }

  /** Another space or map is looked at: its items, and its places. */
  follow(): void {
    const known = this.choices.filter(({ name }) => this.#rows.has(name));
    this.#set(this.#rows.size > 0 ? known : []);
  }

  #set(choices: readonly Choice[]): void {
    this.choices = choices;
    this.error = null;
    if (choices.length > 0 && this.on) {
      this.busy = true;
      this.#latest.ask(this.on);
      return;
    }
    this.#latest.drop();
    this.busy = false;
    this.answer = null;
  }

  async #ask(on: string): Promise<Answer> {
    const client = project.client!;
    const [space, map] = on.split(' ');
    const given = Object.fromEntries(this.choices.map(({ name, rating }) => [name, rating]));
    const { codes, items } = await client.recommend({ space, people: [given], n: N });
    if (map === '') return { items: items[0], place: flat(codes), unplaced: null };
    try {
      // a map of the items' rows is one of codes too, as that is what their rows are
      const ofSpace = project.mapOf(map)?.space === space;
      const { coordinates } = await client.place({ map, ...(ofSpace ? { codes } : { rows: codes }) });
      return { items: items[0], place: flat(coordinates), unplaced: null };
    } catch (error) {
      return { items: items[0], place: null, unplaced: sentence(error) };
    }
  }
}

export const newcomer = new Newcomer();
