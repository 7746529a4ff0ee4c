/** What the colours mean, to be clicked: a category is hidden or shown, with shift shown alone. */
import { categoryColors, domainOf, gradientStops } from '@portolan/core/pictures';
import type { Column } from '@portolan/core/data';
import { cellText, numberText } from '../cells.ts';
import type { ColorScale, Coloring } from '../types.ts';
import { h } from './dom.ts';
import { toggled } from './search.ts';

export interface LegendView {
  element: HTMLElement;
  coloring: Coloring | null;
  /** a CSS colour for a category */
  colorOf(code: number): string;
}

const MAX_ENTRIES = 200;

/** @param onHide  told which codes are hidden now; −1 is what is missing */
export function legendOf(
  column: Column | undefined,
  {
    dark,
    missing,
    hidden,
    scale = 'viridis',
    onHide,
  }: {
    dark: boolean;
    missing: string;
    scale?: ColorScale;
    hidden: ReadonlySet<number>;
    onHide: (hidden: Set<number>) => void;
  },
): LegendView {
  const element = h('section', { className: 'legend', 'aria-label': column ? `Colour: ${column.name}` : 'Colour' });
  const none: LegendView = { element, coloring: null, colorOf: () => missing };
  if (!column || column.type === 'text') {
    element.hidden = true;
    return none;
  }
  element.append(h('h2', {}, column.name));
  if (column.type !== 'category') return { ...none, coloring: ofNumbers(column, scale, element) };

  const { codes, categories } = column;
  const colors = categoryColors(categories.length, { dark });
  // by code, what is missing at the end
  const counts = new Uint32Array(categories.length + 1);
  for (let i = 0; i < codes.length; i++) counts[codes[i] < 0 ? categories.length : codes[i]]++;
  const countOf = (code: number): number => counts[code < 0 ? categories.length : code];
  const all = [...categories.keys(), -1].filter((code) => countOf(code) > 0);
  const list = h('ul');
  for (const code of all.slice(0, MAX_ENTRIES)) {
    const name = code < 0 ? 'missing' : categories[code];
    const dot = h('i');
    dot.style.background = code < 0 ? missing : colors[code];
    const button = h(
      'button',
      {
        type: 'button',
        title: 'Click hides or shows it; shift-click shows it alone',
        'aria-pressed': String(!hidden.has(code)),
        onclick: (event) => onHide(toggled(hidden, code, event.shiftKey, all)),
      },
      dot,
      h('span', {}, name),
      h('small', {}, countOf(code).toLocaleString('en')),
    );
    list.append(h('li', {}, button));
  }
  element.append(list);
  if (all.length > MAX_ENTRIES) element.append(h('p', {}, `and ${all.length - MAX_ENTRIES} more; search for them`));
  if (hidden.size > 0) {
    element.append(h('button', { type: 'button', className: 'all', onclick: () => onHide(new Set()) }, 'Show all'));
  }
  return { element, coloring: { type: 'category', codes, colors }, colorOf: (code) => colors[code] ?? missing };
}

function ofNumbers(
  column: Extract<Column, { values: Float64Array }>,
  scale: ColorScale,
  element: HTMLElement,
): Coloring {
  let low = Infinity;
  let high = -Infinity;
  for (const value of column.values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) [low, high] = [0, 0];
  const isTime = column.type === 'time';
  const domain = isTime ? ([low, high] as const) : domainOf(low, high, scale);
  const bar = h('i', { className: 'scale' });
  bar.style.background = `linear-gradient(to right, ${gradientStops(scale).join(', ')})`;
  const ends = domain.map((end) =>
    h('span', {}, isTime ? cellText({ ...column, values: Float64Array.of(end) }, 0) : numberText(end)),
  );
  element.append(bar, h('div', { className: 'ends' }, ...ends));
  return { type: 'number', values: Float32Array.from(column.values), domain, scale };
}
