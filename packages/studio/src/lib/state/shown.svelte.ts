/** What the map draws now: the finished map, or a moment of learning or of its making; with its colours, legend and filter. */
import { categoryColors } from '@portolan/view';
import type { Column } from '@portolan/core/data';
import { colorBy } from '../coloring.ts';
import { FROM_CENTRE } from '../disc.ts';
import { filterMask } from '../filters.ts';
import { chart, type Points } from './chart.svelte.ts';
import { frame } from './frame.svelte.ts';
import { KEPT, kept } from './kept.svelte.ts';
import { learning } from './learning.svelte.ts';
import { mapping } from './mapping.svelte.ts';
import { samples } from './samples.svelte.ts';
import { theme } from './theme.svelte.ts';
import { view } from './view.svelte.ts';

class Shown {
  /** a passing moment, of learning or of a map that is made, when it is of what is looked at */
  inLearning = $derived(
    mapping.points !== null ||
      frame.points !== null ||
      (learning.points !== null &&
        learning.data === view.data &&
        (learning.active ? view.space === null : view.space === (learning.result?.id ?? null))),
  );
  points: Points | null = $derived(
    mapping.points ?? frame.points ?? (this.inLearning ? learning.points : chart.points),
  );

  /** the column or feature that colours: the one chosen, else the usual one */
  column: Column | undefined = $derived.by(() => {
    const { color } = view;
    if (color === null) return undefined;
    // what the map kept is known once it stands; until then the usual colours let one follow it
    const usual = color === undefined || (color === KEPT && this.inLearning);
    const column = usual
      ? (samples.usual ?? this.depth)
      : (samples.columnNamed(color) ?? this.#kept(color) ?? this.#deep(color));
    return column && fits(column, this.points) ? column : undefined;
  });

  /** how deep in a hierarchy, which colours where no label does: the column that says so, else the way from a ball's centre */
  depth: Column | undefined = $derived.by(() => {
    if (!chart.disc) return undefined;
    const told = samples.columns.find(({ name, type }) => name === 'depth' && type === 'number');
    return told ?? chart.centred;
  });

  #deep(color: string): Column | undefined {
    return color === FROM_CENTRE ? chart.centred : undefined;
  }

  #kept(color: string): Column | undefined {
    return color === KEPT ? (kept.column ?? undefined) : undefined;
  }

  colors = $derived.by(() => {
    const { dark } = theme;
    return this.column && this.points
      ? colorBy(this.column, this.points.rows, (n) => categoryColors(n, { dark }), {
          scale: view.scale,
          dark,
          own: Object.fromEntries(
            view.tints
              .filter(({ column }) => column === this.column!.name)
              .map(({ category, color }) => [category, color]),
          ),
        })
      : null;
  });

  filter: Uint8Array | null = $derived.by(() => {
    const { points } = this;
    if (!points) return null;
    const named = (name: string): Column | undefined => {
      const column = samples.columnNamed(name);
      return column && fits(column, points) ? column : undefined;
    };
    return filterMask(named, view.filters, points.rows, points.coordinates.rows);
  });
  /** how many points pass the filters */
  count: number = $derived(
    this.filter ? this.filter.reduce((sum, shows) => sum + shows, 0) : (this.points?.coordinates.rows ?? 0),
  );

  /** The colour of a sample by the column that colours, if that is a category. */
  colorOf(row: number): string | undefined {
    if (this.column?.type !== 'category' || this.colors?.legend.type !== 'category') return undefined;
    return this.colors.legend.entries[this.column.codes[row]]?.color;
  }

  /** The sample that a point is. */
  rowOf(point: number): number {
    return point < 0 || this.points?.names ? -1 : (this.points?.rows?.[point] ?? point);
  }

  /** The point that a sample is on the map that is drawn, or −1. */
  pointOf(row: number): number {
    const { rows, coordinates, names } = this.points ?? { rows: null, coordinates: { rows: 0 } };
    if (names) return -1;
    return rows ? rows.indexOf(row) : row < coordinates.rows ? row : -1;
  }
}

/** While data is switched, columns and points may for a moment be of different data. */
function fits(column: Column, points: Points | null): boolean {
  if (points?.names) return false;
  const n = column.type === 'category' ? column.codes.length : column.values.length;
  return points !== null && (points.rows ? points.rows.every((row) => row < n) : points.coordinates.rows === n);
}

export const shown = new Shown();
