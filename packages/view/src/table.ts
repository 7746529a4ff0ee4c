/**
 * The map as a table, for screen readers and for all who read rather than look: a real <table> of the points in view,
 * or of those selected, of which only the rows in sight are in the page. Arrows walk its rows, Enter shows one on the map.
 */
import type { Column } from '@portolan/core/data';
import { cellText } from './cells.ts';
import type { LatentMap } from './latent-map.ts';
import { sortedRows } from './sorted-rows.ts';

export interface TableOptions {
  /** the columns of the points, [n] each; without any the table has the places */
  columns?: readonly Column[];
  /** which points: those selected if there are any, else those in view, unless one is named */
  rows?: 'auto' | 'view' | 'selection';
  /** what the points are called */
  noun?: string;
}

export interface MapTable {
  /** a scrolling box, to be given a height and put in the page */
  readonly element: HTMLElement;
  /** the points it shows now, in its order */
  readonly rows: Uint32Array;
  destroy(): void;
}

/** CSS pixels. */
const ROW = 28;
/** Rows kept above and below those in sight. */
const SPARE = 8;
/** The table follows the map when that has rested for so many milliseconds. */
const REST = 200;
/** Browsers can't scroll over more CSS pixels than some ten million. */
const MAX_ROWS = 300_000;

export function tableOf(
  map: LatentMap,
  { columns = [], rows: which = 'auto', noun = 'points' }: TableOptions = {},
): MapTable {
  const element = document.createElement('div');
  element.dataset.part = 'table';
  element.tabIndex = 0;
  element.setAttribute('role', 'region');
  Object.assign(element.style, { overflow: 'auto', position: 'relative', fontVariantNumeric: 'tabular-nums' });
  const table = document.createElement('table');
  Object.assign(table.style, { borderCollapse: 'collapse', width: '100%', textAlign: 'left' });
  const caption = table.createCaption();
  Object.assign(caption.style, { position: 'sticky', left: '0', textAlign: 'left', padding: '4px 8px' });
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  element.append(table);

  let rows: Uint32Array = new Uint32Array(0);
  let sort: { column: Column; descending: boolean } | null = null;
  let waiting = 0;
  let focused = -1;

  const axes = map.camera.z === undefined ? ['x', 'y'] : ['x', 'y', 'z'];
  const headings = ['row', ...(columns.length > 0 ? columns.map(({ name }) => name) : axes)];
  headings.forEach((name, k) => {
    const cell = document.createElement('th');
    cell.scope = 'col';
    Object.assign(cell.style, {
      position: 'sticky',
      top: '0',
      background: 'inherit',
      padding: '0 8px',
      height: `${ROW}px`,
    });
    const column = columns[k - 1];
    if (column) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = name;
      Object.assign(button.style, {
        font: 'inherit',
        color: 'inherit',
        background: 'none',
        border: '0',
        padding: '0',
        cursor: 'pointer',
      });
      button.addEventListener('click', () => {
        sort = { column, descending: sort?.column === column && !sort.descending };
        for (const other of head.cells) other.removeAttribute('aria-sort');
        cell.setAttribute('aria-sort', sort.descending ? 'descending' : 'ascending');
        refresh();
      });
      cell.append(button);
    } else {
      cell.textContent = name;
    }
    head.append(cell);
  });

  /** Puts the rows in sight into the page, with room for the others above and below. Whoever was in them stays in the table. */
  const draw = (scrollTop = element.scrollTop): void => {
    const inSight = Math.ceil(element.clientHeight / ROW);
    // the box may be scrolled beyond rows that have become fewer
    const top = Math.max(0, Math.min(Math.floor(scrollTop / ROW), rows.length - inSight));
    const first = Math.max(0, top - SPARE);
    const last = Math.min(rows.length, top + inSight + 1 + SPARE);
    const held = body.contains(document.activeElement);
    body.replaceChildren(gap(first), ...Array.from({ length: Math.max(0, last - first) }, (_, k) => rowOf(first + k)), gap(rows.length - last)); // prettier-ignore
    if (element.scrollTop !== scrollTop) element.scrollTop = scrollTop;
    if (held) (body.querySelector<HTMLElement>(`[data-at="${focused}"]`) ?? element).focus({ preventScroll: true });
  };

  const gap = (count: number): HTMLTableRowElement => {
    const row = document.createElement('tr');
    row.setAttribute('aria-hidden', 'true');
    row.style.height = `${Math.max(0, count) * ROW}px`;
    return row;
  };

  const rowOf = (at: number): HTMLTableRowElement => {
    const point = rows[at];
    const row = document.createElement('tr');
    row.setAttribute('aria-rowindex', String(at + 2));
    row.dataset.at = String(at);
    row.dataset.point = String(point);
    row.tabIndex = at === Math.max(0, focused) ? 0 : -1;
    row.style.height = `${ROW}px`;
    mark(row);
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = String(point);
    row.append(name);
    const place = map.placeOf(point);
    const texts =
      columns.length > 0
        ? columns.map((column) => cellText(column, point))
        : axes.map((_, k) => place?.[k]?.toFixed(3) ?? '');
    for (const text of texts) row.insertCell().textContent = text;
    for (const cell of row.cells) {
      Object.assign(cell.style, {
        padding: '0 8px',
        maxWidth: '28em',
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        whiteSpace: 'nowrap',
      });
    }
    return row;
  };

  const mark = (row: HTMLTableRowElement): void => {
    row.setAttribute('aria-current', String(Number(row.dataset.point) === map.highlighted));
  };

  /** Asks the map what the table should show. */
  const refresh = (): void => {
    const { selection } = map;
    const ofSelection = which === 'selection' || (which === 'auto' && selection !== null && selection.length > 0);
    const found = ofSelection ? (selection ?? new Uint32Array(0)) : map.pointsInView();
    const ordered = sort ? sortedRows(found, sort.column, sort.descending) : found;
    // the row one was at stays where it is, if it is still there
    const before = focused;
    const point = rows[before];
    rows = ordered.subarray(0, MAX_ROWS);
    focused = before < 0 ? -1 : rows.indexOf(point);
    table.setAttribute('aria-rowcount', String(rows.length + 1));
    const cut = rows.length < found.length ? `, the first ${rows.length.toLocaleString('en')} listed` : '';
    caption.textContent = `${found.length.toLocaleString('en')} ${noun} ${ofSelection ? 'selected' : 'in view'}${cut}`;
    element.setAttribute('aria-label', caption.textContent);
    draw(focused < 0 ? undefined : Math.max(0, element.scrollTop + (focused - before) * ROW));
  };
  const refreshSoon = (): void => {
    clearTimeout(waiting);
    waiting = window.setTimeout(refresh, REST);
  };

  const goTo = (at: number): void => {
    focused = Math.min(rows.length - 1, Math.max(0, at));
    const top = focused * ROW;
    const above = (head.parentElement?.offsetHeight ?? ROW) + caption.offsetHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW + above > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW + above - element.clientHeight;
    draw();
    body.querySelector<HTMLElement>(`[data-at="${focused}"]`)?.focus({ preventScroll: true });
    map.setHighlight(rows[focused]);
  };

  const stop = new AbortController();
  const { signal } = stop;
  element.addEventListener('scroll', () => draw(), { signal });
  element.addEventListener(
    'keydown',
    (event) => {
      const { at: row } = (event.target as HTMLElement).dataset;
      const at = row === undefined ? focused : Number(row);
      const page = Math.max(1, Math.floor(element.clientHeight / ROW) - 2);
      const steps: Record<string, number> = {
        ArrowDown: 1,
        ArrowUp: -1,
        PageDown: page,
        PageUp: -page,
        Home: -Infinity,
        End: Infinity,
      };
      const step = steps[event.key];
      if (step !== undefined && rows.length > 0) goTo(at < 0 ? 0 : at + step);
      else if (event.key === 'Enter' && row !== undefined) map.travelTo(rows[at]);
      else return;
      event.preventDefault();
    },
    { signal },
  );
  element.addEventListener(
    'click',
    (event) => {
      const row = (event.target as HTMLElement).closest<HTMLElement>('tr[data-at]');
      if (!row) return;
      goTo(Number(row.dataset.at));
      map.travelTo(Number(row.dataset.point));
    },
    { signal },
  );
  const unlisten = [
    map.on('camera', () => which !== 'selection' && refreshSoon()),
    map.on('selection', refresh),
    map.on('points', refreshSoon),
    map.on('highlight', () => {
      for (const row of body.rows) if (row.dataset.point) mark(row);
    }),
  ];
  const observer = new ResizeObserver(() => draw());
  observer.observe(element);
  refresh();
  return {
    element,
    get rows() {
      return rows;
    },
    destroy() {
      clearTimeout(waiting);
      stop.abort();
      observer.disconnect();
      for (const off of unlisten) off();
      element.remove();
    },
  };
}
