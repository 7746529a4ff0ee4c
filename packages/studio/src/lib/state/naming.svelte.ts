/** The words on the map: made in the scout's thread when the map, the colours or the kind of words change. */
import type { Column } from '@portolan/core/data';
import type { MapLabel } from '@portolan/view';
import { chart, placeOfPoint } from './chart.svelte.ts';
import type { NamingKind } from '../naming.ts';
import { latest } from '../latest.ts';
import { learning } from './learning.svelte.ts';
import { samples } from './samples.svelte.ts';
import { shown } from './shown.svelte.ts';
import { view } from './view.svelte.ts';
import { scout } from './workers.ts';

/** So many different texts that they name single samples. */
const FEW = 400;
/** Words of a text that is being learned, of which as many are written as there is room for. */
const NAMED = 300;

class Naming {
  labels = $state.raw<readonly MapLabel[]>([]);

  /** what colours, if it has names */
  #category: Column | undefined = $derived(
    shown.column?.type === 'category' && shown.column.categories.length <= FEW ? shown.column : undefined,
  );
  /** the column whose texts say the most: words or sentences, else names that are nearly one a sample */
  #text: Column | undefined = $derived(
    samples.columns.find(({ type }) => type === 'text') ??
      samples.columns.find((column) => column.type === 'category' && column.categories.length > FEW),
  );
  /** the kinds of words that these data have */
  kinds: readonly NamingKind[] = $derived([
    ...(this.#category ? (['categories'] as const) : []),
    ...(this.#text ? (['samples'] as const) : []),
    ...(this.#text && wordy(this.#text) ? (['keywords'] as const) : []),
  ]);

  /** those on the map: the ones chosen, else names where a place by itself says little: on a Poincaré disc, among words */
  kind: NamingKind | null = $derived.by(() => {
    if (view.words !== undefined) return view.words;
    const words = samples.spoken && !samples.usual && !this.kinds.includes('keywords');
    const wanted = chart.onDisc || words;
    return wanted && this.kinds.includes('samples') ? 'samples' : null;
  });

  #ask = latest(
    (args: { kind: NamingKind; column: Column; key: unknown }) =>
      scout().call('names', { kind: args.kind, column: args.column, points: shown.points?.rows ?? null }),
    (names, { key, kind }) => {
      if (key !== shown.points) return;
      const colors = shown.colors?.legend.type === 'category' ? shown.colors.legend.entries : [];
      this.labels = names.map(({ text, point, weight, code }) => ({
        text,
        // a sample's name stands beside it, that of many on its place
        ...(kind === 'samples' ? { indices: [point] } : { place: placeOfPoint(shown.points!, point) }),
        priority: weight,
        ...(code !== undefined && { color: colors[code]?.color }),
      }));
    },
  );

  /** To be called when what it looks at changes. */
  refresh(): void {
    const { kind } = this;
    const column = kind === 'categories' ? this.#category : this.#text;
    const { points } = shown;
    void shown.colors;
    const names = points?.names ?? (shown.inLearning ? learning.moment?.names : undefined);
    if (names) {
      // the commonest come first
      const said = names.slice(0, NAMED);
      this.labels = said.map((text, i) => ({ text, indices: [i], priority: said.length - i }));
      this.#ask.drop();
      return;
    }
    if (!kind || !column || !points || shown.inLearning || points.coordinates.cols !== 2) {
      this.labels = [];
      this.#ask.drop();
      return;
    }
    this.#ask.ask({ kind, column, key: points });
  }
}

/** Texts of several words each, of which some can be common to a neighbourhood. */
function wordy(column: Column): boolean {
  const texts = column.type === 'text' ? column.values : column.type === 'category' ? column.categories : [];
  return texts.slice(0, 500).some((text) => /\S\s+\S/.test(text));
}

export const naming = new Naming();
