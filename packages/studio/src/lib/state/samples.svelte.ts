/** The samples of the data that is looked at: rows, columns, and how their pictures are drawn. */
import type { Column, Medium, Rows } from '@portolan/core/data';
import { toneOf, type Tone } from '@portolan/core/pictures';
import type { DataInfo } from '@portolan/core/workbench';
import { featureColumn, featureName, MAX_FEATURES, mixedSpread, type Spread } from '../features.ts';
import type { ImageMedium } from '../pictures.ts';
import { sentence } from '../sentence.ts';
import { scout } from './workers.ts';
import { project } from './project.svelte.ts';

/** Rows up to this many numbers are fetched at once; of larger data each row when it is looked at. */
const WHOLE = 64e6;

class Samples {
  info = $state.raw<DataInfo | null>(null);
  columns = $state.raw<readonly Column[]>([]);
  /** all rows, once they are here */
  rows = $state.raw<Rows | null>(null);
  tone = $state<Tone>('plain');
  /** draw strokes as ink; off, as stored */
  asInk = $state(true);
  error = $state<string | null>(null);
  substitute = $state.raw<Medium | null>(null);
  /** counts the single rows that came, so that what shows them looks again */
  arrived = $state(0);

  /** what a row is; by the space that is looked at where its data was removed */
  #medium: Medium | null = $derived(this.info?.medium ?? this.substitute);
  medium: ImageMedium | null = $derived(this.#medium?.kind === 'image' ? this.#medium : null);
  /** the tone that is drawn */
  shownTone: Tone = $derived(this.asInk ? this.tone : 'plain');
  label: Column | undefined = $derived(this.columns.find((column) => column.name === this.info?.label));

  /** what colours and names samples unless something else is chosen: the label, else the first category of a few */
  usual: Column | undefined = $derived(
    this.label ?? this.columns.find((column) => column.type === 'category' && column.categories.length <= 20),
  );
  /** what tells samples by words rather than by a picture: the texts beside vectors that have no names of their own */
  spoken: (Column & { type: 'text' }) | undefined = $derived.by(() => {
    if (this.#medium?.kind === 'image' || this.#medium?.kind === 'sound' || this.info?.featureNames) return undefined;
    return this.columns.find((column) => column.type === 'text');
  });
  /** samples a second, where rows are sounds */
  sampleRate: number | null = $derived(this.#medium?.kind === 'sound' ? this.#medium.sampleRate : null);
  /** names of the features that can be coloured by: those of plain numbers, once they are here */
  featureNames: string[] = $derived.by(() => {
    const { info, rows } = this;
    if (!info || !rows || info.medium.kind !== 'vector' || info.nFeatures > MAX_FEATURES) return [];
    const taken = new Set(this.columns.map((column) => column.name));
    return Array.from({ length: info.nFeatures }, (_, j) => featureName(info.featureNames, j)).filter(
      (name) => !taken.has(name),
    );
  });
  /** columns and features, as a table shows and saves them */
  table: readonly Column[] = $derived([
    ...this.columns,
    ...this.featureNames.flatMap((name) => this.columnNamed(name) ?? []),
  ]);
  /** how features of different kinds spread; null for images and for features on one scale */
  spread: Spread | null = $derived(this.rows && this.info?.medium.kind === 'vector' ? mixedSpread(this.rows) : null);

  #cache = new Map<number, Float32Array>();
  #wanted = new Set<number>();

  async load(info: DataInfo | null, substitute: Medium | null = null): Promise<void> {
    this.substitute = substitute;
    if (info?.id === this.info?.id) return;
    this.info = info;
    this.columns = [];
    this.rows = null;
    this.error = null;
    this.#cache.clear();
    void scout().call('setRows', { rows: null });
    const { client } = project;
    if (!info || !client) return;
    try {
      const current = (): boolean => this.info?.id === info.id;
      const columns = await client.columns({ data: info.id });
      if (!current()) return;
      this.columns = columns;
      const whole = info.nSamples * info.nFeatures <= WHOLE;
      const rows = await client.rows(
        whole ? { data: info.id } : { data: info.id, count: Math.min(256, info.nSamples) },
      );
      if (!current()) return;
      if (info.medium.kind === 'image') this.tone = toneOf(info.medium, rows);
      if (!whole) return;
      await scout().call('setRows', { rows });
      if (current()) this.rows = rows;
    } catch (error) {
      this.error = sentence(error);
    }
  }

  /** A column beside the rows, or a feature as one. */
  columnNamed(name: string): Column | undefined {
    const column = this.columns.find((c) => c.name === name);
    const { rows, info } = this;
    if (column || !rows || !info || !this.featureNames.includes(name)) return column;
    const names = Array.from({ length: info.nFeatures }, (_, j) => featureName(info.featureNames, j));
    return featureColumn(rows, names.indexOf(name), name);
  }

  /** One row as numbers, or null while it is fetched (then `arrived` rises). */
  row(index: number): Float32Array | null {
    const n = this.info?.nFeatures ?? 0;
    if (this.rows) {
      if (index >= this.rows.nSamples) return null;
      const { data, scale } = this.rows;
      return Float32Array.from(data.subarray(index * n, (index + 1) * n), (value: number) => value * scale);
    }
    void this.arrived;
    const cached = this.#cache.get(index);
    if (!cached) this.#fetch(index);
    return cached ?? null;
  }

  #fetch(index: number): void {
    const { info } = this;
    if (!info || index >= info.nSamples || this.#wanted.has(index)) return;
    if (this.#wanted.size === 0) queueMicrotask(() => void this.#fetchWanted(info));
    this.#wanted.add(index);
  }

  async #fetchWanted(info: DataInfo): Promise<void> {
    const indices = Uint32Array.from(this.#wanted);
    try {
      const rows = await project.client!.rows({ data: info.id, indices });
      if (this.info?.id !== info.id) return;
      if (this.#cache.size > 4000) this.#cache.clear();
      indices.forEach((index, i) => {
        const part = rows.data.subarray(i * rows.nFeatures, (i + 1) * rows.nFeatures);
        this.#cache.set(
          index,
          Float32Array.from(part, (value: number) => value * rows.scale),
        );
      });
      this.arrived++;
    } catch (error) {
      this.error = sentence(error);
    } finally {
      this.#wanted.clear();
    }
  }
}

export const samples = new Samples();
