/** New rows on the map that is looked at: what is fitted stays, they come as marks among it. */
import { InputError, type Matrix } from '@portolan/core/base';
import type { Column } from '@portolan/core/data';
import type { Placed } from '@portolan/core/workbench';
import type { Marks } from '@portolan/view';
import { codesAs, type NewRows } from '../new-rows.ts';
import { sentence } from '../sentence.ts';
import { chart, flat } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { samples } from './samples.svelte.ts';
import { shown } from './shown.svelte.ts';
import { ui } from './ui.svelte.ts';
import { scout } from './workers.ts';

/** Marks that are drawn at most: they are drawn one by one. */
export const MAX_MARKS = 20_000;

interface Found extends Placed {
  /** the map, or 2-D space, that they are on */
  on: string;
  /** the file or data set they are from */
  from: string;
  /** by the categories of the map's label */
  codes: Int32Array | null;
}

class Placing {
  #found = $state.raw<Found | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);
  /** its part of the panel is unfolded */
  open = $state(false);

  /** a map, or a space whose codes are one */
  on: string | null = $derived(chart.map?.id ?? chart.space?.id ?? null);
  /** those on the map that is looked at */
  found: Found | null = $derived(this.#found?.on === this.on ? this.#found : null);

  /** why nothing can be placed here; null when it can */
  lacks: string | null = $derived.by(() => {
    if (chart.map?.method === 'coordinates') {
      return 'How these coordinates were made isn’t known, so new rows can’t be placed among them.';
    }
    if (chart.map?.space && !project.spaceOf(chart.map.space)?.encodes) {
      return 'The space has no encoder, so new rows have no codes.';
    }
    return null;
  });

  /** data sets of the project whose rows are as wide as those of the map */
  choices: readonly string[] = $derived.by(() => {
    const own = project.dataOf(chart.map?.data ?? chart.space?.data ?? null);
    return project.data
      .filter(({ id, nFeatures }) => id !== own?.id && nFeatures === own?.nFeatures)
      .map(({ id }) => id);
  });

  /** what colours the label colours the marks too; else they have the accent */
  marks: Marks | null = $derived.by(() => {
    const { found } = this;
    if (!found || shown.inLearning) return null;
    const { data, rows, cols } = found.coordinates;
    const count = Math.min(rows, MAX_MARKS);
    const base: Marks = { places: data.subarray(0, count * cols), nComponents: cols === 3 ? 3 : 2 };
    const coloring = shown.colors?.coloring;
    const byLabel = found.codes && coloring?.type === 'category' && shown.column?.name === this.label;
    return byLabel ? { ...base, codes: found.codes!, colors: coloring.colors } : base;
  });

  /** the column of labels that is taken along */
  label: string | undefined = $derived(chart.map?.label ?? samples.label?.name);

  #turn = 0;

  placeFiles(files: readonly File[]): Promise<void> {
    const { label } = this;
    const { info } = samples;
    const like = info && { medium: { ...info.medium }, scale: info.scale, range: info.range };
    return this.#place(files.map(({ name }) => name).join(', '), () =>
      scout().call('readTable', { files: [...files], like, label }),
    );
  }

  placeData(id: string): Promise<void> {
    const { label } = this;
    return this.#place(id, async () => {
      const client = project.client!;
      const there = project.dataOf(id)?.columns.some(({ name }) => name === label);
      const [rows, columns] = await Promise.all([
        client.rows({ data: id }),
        there ? client.columns({ data: id, names: [label!] }) : [],
      ]);
      return { rows: await scout().call('matrixOfRows', { rows }), label: (columns as Column[])[0] ?? null };
    });
  }

  clear(): void {
    this.#turn++;
    this.#found = null;
    this.error = null;
    this.busy = false;
  }

  async #place(from: string, read: () => Promise<NewRows>): Promise<void> {
    const turn = ++this.#turn;
    const { on } = this;
    const { map, space } = chart;
    if (!on || !project.client) return;
    this.busy = true;
    this.error = null;
    try {
      const { rows, label } = await read();
      const own = project.dataOf(map?.data ?? space!.data);
      if (own && rows.cols !== own.nFeatures) {
        throw new InputError(
          `rows of ${from} have ${rows.cols} features, expected ${own.nFeatures} as those of ${own.id}`,
        );
      }
      const codes = codesAs(label, samples.columnNamed(this.label ?? ''));
      const placed = map
        ? await project.client.place({ map: map.id, rows, ...(codes && { labels: codes }) })
        : { coordinates: await project.client.encode({ space: space!.id, rows }) };
      if (turn !== this.#turn) return;
      this.#found = { ...placed, coordinates: flat(placed.coordinates as Matrix), on, from, codes };
      ui.said = `${placed.coordinates.rows} rows placed on ${on}`;
    } catch (error) {
      if (turn === this.#turn) this.error = sentence(error);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

export const placing = new Placing();
