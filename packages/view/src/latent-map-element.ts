/** `<latent-map>`: the map as a web component, its properties and attributes thin over `LatentMap`. */
import { categoryColors } from './colors.ts';
import type { MapLabel } from './labels.ts';
import { LatentMap } from './latent-map.ts';
import type { Pin } from './overlay.ts';
import { darkTheme, lightTheme } from './theme.ts';
import type { Backdrop, Coloring, Density, Edges, Line, MapEvents, Marks, Thumbnails, Tool } from './types.ts';

const EVENTS = [
  'hover',
  'leave',
  'click',
  'select',
  'camera',
  'points',
  'selection',
  'highlight',
  'error',
] as const satisfies (keyof MapEvents)[];

/** What the element is given, kept so that it may come before the element is in a page and leave one for another. */
interface State {
  points?: ArrayLike<number> | readonly ArrayLike<number>[];
  coloring?: Coloring | readonly string[] | null;
  filter?: Uint8Array | null;
  selection?: Uint32Array | null;
  labels?: readonly MapLabel[] | null;
  thumbnails?: Thumbnails | null;
  backdrop?: Backdrop | null;
  density?: Density | null;
  edges?: Edges | null;
  lines?: readonly Line[];
  pins?: readonly Pin[];
  marks?: Marks | null;
}

/**
 * Attributes: `theme` (light, dark or auto), `tool` (pan, lasso, box), `label`, `labels` (names of categories on the map),
 * `minimap`, `point-size`, `dimensions` (2 or 3), and `src-points`, `src-colors`: the ids of script elements that hold JSON
 * for `points` and `coloring`, for pages without a script of their own. Data are properties. The events of the map are
 * dispatched as CustomEvents named `map-hover`, `map-click` and so on, with their data as `detail`.
 */
export class LatentMapElement extends HTMLElement {
  static readonly observedAttributes = ['theme', 'tool'];
  /** the map itself, while the element is in a page */
  map: LatentMap | null = null;
  private readonly state: State = {};
  private readonly system = window.matchMedia('(prefers-color-scheme: dark)');
  private readonly retheme = (): void => this.dress();

  connectedCallback(): void {
    if (!this.style.display) this.style.display = 'block';
    const pointSize = Number(this.getAttribute('point-size'));
    const map = new LatentMap(this, {
      theme: this.isDark() ? darkTheme : lightTheme,
      label: this.getAttribute('label') ?? undefined,
      minimap: this.hasAttribute('minimap'),
      pointSize: pointSize > 0 ? pointSize : undefined,
    });
    this.map = map;
    for (const name of EVENTS) {
      map.on(name, (detail) => this.dispatchEvent(new CustomEvent(`map-${name}`, { detail, bubbles: true })));
    }
    map.tool = this.toolNamed();
    this.system.addEventListener('change', this.retheme);
    const { state } = this;
    this.readScripts();
    // while the page is still read, what follows the element is not there yet
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => this.readScripts());
    if (state.filter) map.setFilter(state.filter);
    if (state.selection) map.setSelection(state.selection);
    if (state.labels) map.setLabels(state.labels);
    if (state.thumbnails) map.setThumbnails(state.thumbnails);
    if (state.backdrop) map.setBackdrop(state.backdrop);
    if (state.density) map.setDensity(state.density);
    if (state.edges) map.setEdges(state.edges);
    if (state.lines) map.setLines(state.lines);
    if (state.pins) map.setPins(state.pins);
    if (state.marks) map.setMarks(state.marks);
  }

  disconnectedCallback(): void {
    this.system.removeEventListener('change', this.retheme);
    this.map?.destroy();
    this.map = null;
  }

  attributeChangedCallback(name: string): void {
    if (!this.map) return;
    if (name === 'theme') this.dress();
    else this.map.tool = this.toolNamed();
  }

  /** [n * dimensions], or a list of [x, y] or [x, y, z]; as many as before glide */
  set points(points: ArrayLike<number> | readonly ArrayLike<number>[]) {
    const { state } = this;
    if (state.points?.length !== points.length)
      state.coloring = state.filter = state.selection = state.edges = undefined;
    state.points = points;
    this.place(true);
  }

  /** a `Coloring`; or a category for each point, which gets colours that are easy to tell apart */
  set coloring(coloring: Coloring | readonly string[] | null) {
    this.state.coloring = coloring;
    this.recolor();
  }

  /** [n], points with 0 turn grey */
  set filter(visible: Uint8Array | null) {
    this.state.filter = visible;
    this.map?.setFilter(visible);
  }

  set selection(indices: Uint32Array | null) {
    this.state.selection = indices;
    this.map?.setSelection(indices);
  }

  get selection(): Uint32Array | null {
    return this.map ? this.map.selection : (this.state.selection ?? null);
  }

  set labels(labels: readonly MapLabel[] | null) {
    this.state.labels = labels;
    this.map?.setLabels(labels ?? []);
  }

  set thumbnails(thumbnails: Thumbnails | null) {
    this.state.thumbnails = thumbnails;
    this.map?.setThumbnails(thumbnails);
  }

  set backdrop(backdrop: Backdrop | null) {
    this.state.backdrop = backdrop;
    this.map?.setBackdrop(backdrop);
  }

  set density(density: Density | null) {
    this.state.density = density;
    this.map?.setDensity(density);
  }

  set edges(edges: Edges | null) {
    this.state.edges = edges;
    this.map?.setEdges(edges);
  }

  set lines(lines: readonly Line[]) {
    this.state.lines = lines;
    this.map?.setLines(lines);
  }

  set pins(pins: readonly Pin[]) {
    this.state.pins = pins;
    this.map?.setPins(pins);
  }

  set marks(marks: Marks | null) {
    this.state.marks = marks;
    this.map?.setMarks(marks);
  }

  /** Takes the data that scripts of the page hold, where none were given otherwise, and shows what there is. */
  private readScripts(): void {
    this.state.points ??= this.jsonOf('src-points') as State['points'];
    this.state.coloring ??= this.jsonOf('src-colors') as State['coloring'];
    this.place(false);
    this.recolor();
  }

  private place(animate: boolean): void {
    const { points } = this.state;
    if (!this.map || !points) return;
    const { coordinates, nComponents } = coordinatesOf(points, this.getAttribute('dimensions') === '3' ? 3 : 2);
    this.map.setPoints(coordinates, { animate, nComponents });
  }

  private recolor(): void {
    const { coloring } = this.state;
    const { map } = this;
    if (!map || coloring === undefined) return;
    if (!isNames(coloring)) {
      map.setColoring(coloring);
      return;
    }
    const { codes, names, colors } = categoriesOf(coloring, this.isDark());
    map.setColoring({ type: 'category', codes, colors });
    if (!this.hasAttribute('labels') || this.state.labels) return;
    const members = names.map((): number[] => []);
    codes.forEach((code, i) => members[code].push(i));
    map.setLabels(names.map((text, code) => ({ text, indices: members[code], color: colors[code] })));
  }

  private dress(): void {
    this.map?.setTheme(this.isDark() ? darkTheme : lightTheme);
    this.recolor();
  }

  private isDark(): boolean {
    const theme = this.getAttribute('theme');
    return theme === 'dark' || (theme === 'auto' && this.system.matches);
  }

  private toolNamed(): Tool {
    const tool = this.getAttribute('tool');
    return tool === 'lasso' || tool === 'box' ? tool : 'pan';
  }

  private jsonOf(attribute: string): unknown {
    const id = this.getAttribute(attribute);
    const text = id ? document.getElementById(id)?.textContent : null;
    return text ? (JSON.parse(text) as unknown) : undefined;
  }
}

function coordinatesOf(
  points: NonNullable<State['points']>,
  dimensions: 2 | 3,
): { coordinates: Float32Array; nComponents: 2 | 3 } {
  const [first] = Array.from({ length: Math.min(1, points.length) }, (_, k) => points[k]);
  if (first === undefined || typeof first === 'number') {
    const flat = points as ArrayLike<number>;
    return { coordinates: flat instanceof Float32Array ? flat : Float32Array.from(flat), nComponents: dimensions };
  }
  const nComponents = first.length === 3 ? 3 : 2;
  const coordinates = new Float32Array(points.length * nComponents);
  (points as readonly ArrayLike<number>[]).forEach((place, i) => {
    for (let axis = 0; axis < nComponents; axis++) coordinates[i * nComponents + axis] = place[axis];
  });
  return { coordinates, nComponents };
}

function isNames(coloring: Coloring | readonly string[] | null): coloring is readonly string[] {
  return Array.isArray(coloring);
}

function categoriesOf(
  texts: readonly string[],
  dark: boolean,
): { codes: Int32Array; names: string[]; colors: string[] } {
  const known = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  });
  return { codes, names: [...known.keys()].map(String), colors: categoryColors(known.size, { dark }) };
}

/** Makes `<latent-map>` known to the page; once is enough. */
export function defineLatentMap(name = 'latent-map'): void {
  if (!customElements.get(name)) customElements.define(name, LatentMapElement);
}
