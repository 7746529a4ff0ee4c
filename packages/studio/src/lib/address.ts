/**
 * What is looked at, as a value: it is undone, kept in the address, and sent to others as a link.
 * In the address it is a query in the fragment, so that it never reaches a server's log.
 */
import type { NamedScale } from '@portolan/view';
import type { NamingKind } from './naming.ts';
import { filterFromText, filterToText, type Filter } from './filters.ts';

/** A pinned sample, or a pinned place: with more than two latent dimensions a place may lie off the map's plane. */
export type Pin = { kind: 'sample'; index: number } | { kind: 'place'; x: number; y: number; offset?: number[] };

export interface CameraState {
  x: number;
  y: number;
  scale: number;
  /** of a camera that orbits a map in space: its middle, and how it is turned, radians */
  z?: number;
  yaw?: number;
  pitch?: number;
}

export interface Tint {
  column: string;
  category: string;
  /** `#rrggbb` */
  color: string;
}

export interface ViewState {
  data: string | null;
  space: string | null;
  map: string | null;
  /** the column that colours, null for none, undefined until chosen (then the label) */
  color: string | null | undefined;
  /** the map, or 2-D space, that stands beside */
  beside: string | null;
  /** of numbers */
  scale: NamedScale;
  /** colours of one's own for categories */
  tints: readonly Tint[];
  filters: readonly Filter[];
  pins: readonly Pin[];
  selection: readonly number[];
  camera: CameraState | null;
  /** the words on the map, null for none, undefined until chosen (then names where little tells without them) */
  words: NamingKind | null | undefined;
  thumbnails: boolean;
  backdrop: boolean;
  density: boolean;
  /** lines between nearest neighbours */
  edges: boolean;
}

export const START: ViewState = {
  data: null,
  space: null,
  map: null,
  color: undefined,
  beside: null,
  scale: 'viridis',
  tints: [],
  filters: [],
  pins: [],
  selection: [],
  camera: null,
  words: undefined,
  thumbnails: false,
  backdrop: false,
  density: false,
  edges: false,
};

/** A lasso over more samples than this isn't put in the address: links must stay short enough to send. */
const MAX_SELECTION = 200;

const SCALES: readonly NamedScale[] = ['viridis', 'cividis', 'blueOrange'];
const KINDS: readonly NamingKind[] = ['categories', 'keywords', 'samples'];

const number = (x: number): string => String(Number(x.toPrecision(6)));

/** The state as a fragment, without the `#`. What is as at the start is left out. */
export function toAddress(state: ViewState): string {
  const query = new URLSearchParams();
  if (state.data !== null) query.set('data', state.data);
  if (state.space !== null) query.set('space', state.space);
  if (state.map !== null) query.set('map', state.map);
  if (state.beside !== null) query.set('beside', state.beside);
  if (state.color !== undefined) query.set('color', state.color ?? '');
  if (state.scale !== START.scale) query.set('scale', state.scale);
  for (const { column, category, color } of state.tints) {
    query.append('tint', [column, category, color.slice(1)].map(encodeURIComponent).join(','));
  }
  for (const filter of state.filters) query.append('filter', filterToText(filter));
  if (state.pins.length > 0) query.set('pins', state.pins.map(pinToText).join('~'));
  if (state.selection.length > 0 && state.selection.length <= MAX_SELECTION) {
    query.set('select', state.selection.join('.'));
  }
  if (state.camera) {
    const { x, y, scale, z, yaw, pitch } = state.camera;
    query.set('at', [x, y, scale, ...(z === undefined ? [] : [z, yaw ?? 0, pitch ?? 0])].map(number).join(','));
  }
  if (state.words !== undefined) query.set('words', state.words ?? '');
  const show = [
    ...(state.thumbnails ? ['pictures'] : []),
    ...(state.backdrop ? ['plane'] : []),
    ...(state.density ? ['density'] : []),
    ...(state.edges ? ['neighbours'] : []),
  ];
  if (show.length > 0) query.set('show', show.join(','));
  return query.toString();
}

/** A fragment → the state; whatever can't be read is left as at the start. */
export function fromAddress(fragment: string): ViewState {
  const query = new URLSearchParams(fragment.replace(/^#/, ''));
  const at = numbers(query.get('at'), ',');
  const show = (query.get('show') ?? '').split(',');
  const selection = numbers(query.get('select'), '.') ?? [];
  return {
    data: query.get('data'),
    space: query.get('space'),
    map: query.get('map'),
    beside: query.get('beside'),
    color: query.has('color') ? query.get('color') || null : undefined,
    scale: SCALES.find((scale) => scale === query.get('scale')) ?? START.scale,
    tints: query.getAll('tint').flatMap(tintFrom),
    filters: query.getAll('filter').flatMap(filterFromText),
    pins: (query.get('pins') ?? '').split('~').flatMap(pinFromText),
    selection: selection.filter(isIndex),
    camera: cameraFrom(at),
    words: query.has('words') ? (KINDS.find((kind) => kind === query.get('words')) ?? null) : undefined,
    thumbnails: show.includes('pictures'),
    backdrop: show.includes('plane'),
    density: show.includes('density'),
    edges: show.includes('neighbours'),
  };
}

function tintFrom(text: string): Tint[] {
  try {
    const [column, category, hex] = text.split(',').map(decodeURIComponent);
    return /^[0-9a-f]{6}$/.test(hex ?? '') ? [{ column, category, color: `#${hex}` }] : [];
  } catch {
    return [];
  }
}

function cameraFrom(at: number[] | undefined): CameraState | null {
  if (!at || !(at.length === 3 || at.length === 6) || !(at[2] > 0)) return null;
  const [x, y, scale, z, yaw, pitch] = at;
  return { x, y, scale, ...(at.length === 6 && { z, yaw, pitch }) };
}

export function samePin(a: Pin, b: Pin): boolean {
  return pinToText(a) === pinToText(b);
}

function pinToText(pin: Pin): string {
  if (pin.kind === 'sample') return `s${pin.index}`;
  const offset = pin.offset?.some((v) => v !== 0) ? `;${pin.offset.map(number).join(',')}` : '';
  return `p${number(pin.x)},${number(pin.y)}${offset}`;
}

function pinFromText(text: string): Pin[] {
  if (text.startsWith('s')) {
    const index = Number(text.slice(1));
    return text.length > 1 && isIndex(index) ? [{ kind: 'sample', index }] : [];
  }
  if (!text.startsWith('p')) return [];
  const [place, rest] = text.slice(1).split(';');
  const xy = numbers(place, ',');
  const offset = rest === undefined ? undefined : numbers(rest, ',');
  if (xy?.length !== 2) return [];
  return [{ kind: 'place', x: xy[0], y: xy[1], ...(offset && { offset }) }];
}

function numbers(text: string | null, separator: string): number[] | undefined {
  if (!text) return undefined;
  const values = text.split(separator).map(Number);
  return values.every(Number.isFinite) ? values : undefined;
}

function isIndex(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
