/** The page around a map that was exported: a legend to click, a search, a card, a table; all from what stands in it. */
import type { Column } from '@portolan/core/data';
import type { MapData } from '@portolan/core/pictures';
import { rowsToCsv } from '../cells.ts';
import type { MapLabel } from '../labels.ts';
import { LatentMap } from '../latent-map.ts';
import { tableOf } from '../table.ts';
import type { MapTable } from '../table.ts';
import { darkTheme, lightTheme } from '../theme.ts';
import type { Thumbnails } from '../types.ts';
import { Card } from './card.ts';
import { h, save } from './dom.ts';
import { legendOf } from './legend.ts';
import type { LegendView } from './legend.ts';
import { matches, seen } from './search.ts';
import { STYLE } from './style.ts';

const MAX_LABELS = 400;

export function startApp(data: MapData, body: HTMLElement): LatentMap {
  document.head.append(h('style', {}, STYLE));
  const { columns, coordinates, nComponents, title, about } = data;
  const n = coordinates.length / nComponents;
  const fileName =
    title
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase() || 'map';
  const system = matchMedia('(prefers-color-scheme: dark)');

  let dark = data.theme === 'auto' ? system.matches : data.theme === 'dark';
  let column: Column | undefined = columns.find(({ name }) => name === data.colorBy);
  let hidden = new Set<number>();
  let found: Uint8Array | null = null;
  /** how many points are neither hidden nor passed over by the search */
  let left = n;
  let legend: LegendView;
  let table: MapTable | null = null;

  const colorable = columns.filter(({ type }) => type !== 'text');
  const colorBy = h(
    'select',
    { 'aria-label': 'Colour by' },
    h('option', { value: '' }, 'nothing'),
    ...colorable.map(({ name }) => h('option', { value: name, selected: name === column?.name }, name)),
  );
  const search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search in all columns' });
  const lasso = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', title: 'Draw around points; shift-drag does so too' },
    'Lasso',
  );
  const fit = h('button', { type: 'button', title: 'Bring all points into view (0)' }, 'Show all');
  const rows = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', title: 'The points in view, or selected, as a table' },
    'Table',
  );
  const png = h('button', { type: 'button', title: 'Save what is seen as a picture' }, 'Save PNG');
  const theme = h('button', { type: 'button' }, 'Dark');
  const chart = h('div', { className: 'chart' });
  const card = new Card(columns);
  const main = h('main', {}, chart);
  const drawer = h('div', { className: 'drawer', hidden: true });
  const status = h('span', { role: 'status' });
  const clear = h('button', { type: 'button', hidden: true }, 'Clear selection');
  const csv = h('button', { type: 'button', hidden: true }, 'Save as CSV');
  const keys = h('span', { className: 'keys' }, 'drag moves · wheel zooms · arrows travel · / searches');
  body.append(
    h('header', {},
      h('div', { className: 'name' }, h('h1', {}, title), ...(about ? [h('p', {}, about)] : [])),
      h('div', { className: 'tools' }, ...(colorable.length > 0 ? [h('label', {}, 'Colour', colorBy)] : []), ...(columns.length > 0 ? [search] : []), lasso, fit, rows, png, theme)),
    main,
    drawer,
    h('footer', {}, status, csv, clear, keys),
  ); // prettier-ignore

  const map = new LatentMap(chart, {
    label: title,
    pointSize: data.pointSize,
    minimap: true,
    describe: (point) => card.describe(point),
  });
  chart.append(card.element);
  map.setPoints(coordinates, { animate: false, nComponents });
  if (data.thumbnails) void showThumbnails(data.thumbnails);

  async function showThumbnails({ image, ...sheet }: NonNullable<MapData['thumbnails']>): Promise<void> {
    const bitmap = await createImageBitmap(new Blob([image as Uint8Array<ArrayBuffer>], { type: 'image/png' }));
    const thumbnails: Thumbnails = { ...sheet, image: bitmap };
    card.setThumbnails(thumbnails);
    map.setThumbnails(thumbnails);
  }

  const say = (): void => {
    const { selection } = map;
    const count = selection?.length ?? 0;
    const number = (k: number): string => k.toLocaleString('en');
    status.textContent =
      (left < n ? `${number(left)} of ${number(n)} points` : `${number(n)} points`) +
      (count > 0 ? `, ${number(count)} selected` : '');
    clear.hidden = csv.hidden = count === 0;
  };

  const filter = (): void => {
    const visible = seen(found, column, hidden);
    map.setFilter(visible);
    left = n;
    if (visible) for (const seen of visible) if (seen === 0) left--;
    say();
  };

  const explain = (): void => {
    legend?.element.remove();
    const look = dark ? darkTheme : lightTheme;
    legend = legendOf(column, {
      dark,
      missing: look.missing,
      hidden,
      scale: data.scale,
      onHide: (next) => {
        hidden = next;
        const focus = [...legend.element.querySelectorAll('button')].indexOf(
          document.activeElement as HTMLButtonElement,
        );
        explain();
        legend.element.querySelectorAll('button')[focus]?.focus();
        filter();
      },
    });
    main.append(legend.element);
  };

  const recolor = (): void => {
    explain();
    map.setColoring(legend.coloring);
    map.setLabels(labelsNow());
  };

  const labelsNow = (): MapLabel[] => {
    if (Array.isArray(data.labels)) return [...(data.labels as MapLabel[])];
    if (data.labels !== 'categories' || column?.type !== 'category') return [];
    const members = new Map<number, number[]>();
    column.codes.forEach((code, i) => {
      if (code < 0) return;
      const own = members.get(code);
      if (own) own.push(i);
      else members.set(code, [i]);
    });
    if (members.size > MAX_LABELS) return [];
    const { categories } = column;
    return [...members].map(([code, indices]) => ({
      text: categories[code],
      indices,
      color: legend.colorOf(code),
      priority: indices.length,
    }));
  };

  const dress = (): void => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    theme.textContent = dark ? 'Light' : 'Dark';
    map.setTheme(dark ? darkTheme : lightTheme);
    recolor();
  };

  colorBy.addEventListener('change', () => {
    column = columns.find(({ name }) => name === colorBy.value);
    hidden = new Set();
    recolor();
    filter();
  });
  let waiting = 0;
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      found = matches(search.value, columns, n);
      filter();
    }, n > 50_000 ? 250 : 80); // prettier-ignore
  });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    found = matches(search.value, columns, n);
    filter();
    const indices = found && Uint32Array.from(found.keys()).filter((i) => found![i] === 1);
    map.fit(indices && indices.length > 0 ? { indices } : {});
  });
  lasso.addEventListener('click', () => {
    map.tool = map.tool === 'lasso' ? 'pan' : 'lasso';
    lasso.setAttribute('aria-pressed', String(map.tool === 'lasso'));
  });
  fit.addEventListener('click', () => map.fit());
  theme.addEventListener('click', () => {
    dark = !dark;
    dress();
  });
  if (data.theme === 'auto') {
    system.addEventListener('change', ({ matches }) => {
      dark = matches;
      dress();
    });
  }
  png.addEventListener('click', async () => save(await map.toBlob({ scale: 2 }), `${fileName}.png`));
  rows.addEventListener('click', () => {
    drawer.hidden = !drawer.hidden;
    rows.setAttribute('aria-pressed', String(!drawer.hidden));
    table?.destroy();
    table = drawer.hidden ? null : tableOf(map, { columns });
    if (table) drawer.append(table.element);
  });
  clear.addEventListener('click', () => map.setSelection(null));
  csv.addEventListener('click', () => {
    if (map.selection)
      save(new Blob([rowsToCsv(map.selection, columns)], { type: 'text/csv' }), `${fileName}-selection.csv`);
  });
  addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && event.target === search && search.value) {
      search.value = '';
      search.dispatchEvent(new Event('input'));
    }
  });

  map.on('hover', ({ point }) => map.setHighlight(point));
  const placeCard = (point: number): void => {
    const place = map.placeOf(point);
    if (place) card.show(point, map.pixelAt(place));
    else card.show(-1, [0, 0]);
  };
  map.on('highlight', ({ point }) => placeCard(point));
  map.on('leave', () => map.setHighlight(-1));
  // a point that keys went to stays while it comes into view
  map.on('camera', () => placeCard(map.highlighted));
  map.on('click', ({ point, shiftKey }) => {
    if (point < 0) return map.setSelection(null);
    const others = shiftKey && map.selection ? [...map.selection].filter((i) => i !== point) : [];
    map.setSelection(Uint32Array.from([...others, point]).sort());
  });
  map.on('selection', say);
  map.on('error', ({ message }) => body.prepend(h('p', { className: 'failure', role: 'alert' }, message)));

  dress();
  say();
  return map;
}
