/** `<latent-map>`: the map as a web component, its properties and attributes thin over `LatentMap`. */
import { LatentMap } from './latent-map.ts';
import { darkTheme, lightTheme } from './theme.ts';
import type { Backdrop, Coloring, Line, MapEvents, Thumbnails, Tool } from './types.ts';

const EVENTS = ['hover', 'leave', 'click', 'select', 'camera', 'error'] as const satisfies (keyof MapEvents)[];

/**
 * Attributes: `theme` (light or dark), `tool` (pan, lasso, box), `label`. Data are properties. The events of the map are
 * dispatched as CustomEvents named `map-hover`, `map-click` and so on, with their data as `detail`.
 */
export class LatentMapElement extends HTMLElement {
  static readonly observedAttributes = ['theme', 'tool'];
  /** the map itself, while the element is in a page */
  map: LatentMap | null = null;
  private readonly state: {
    points?: Float32Array;
    coloring?: Coloring | null;
    filter?: Uint8Array | null;
    selection?: Uint32Array | null;
    thumbnails?: Thumbnails | null;
    backdrop?: Backdrop | null;
    lines?: readonly Line[];
  } = {};

  connectedCallback(): void {
    if (!this.style.display) this.style.display = 'block';
    const map = new LatentMap(this, { theme: this.themeNamed(), label: this.getAttribute('label') ?? undefined });
    this.map = map;
    for (const name of EVENTS) {
      map.on(name, (detail) => this.dispatchEvent(new CustomEvent(`map-${name}`, { detail, bubbles: true })));
    }
    map.tool = this.toolNamed();
    const { points, coloring, filter, selection, thumbnails, backdrop, lines } = this.state;
    if (points) map.setPoints(points, { animate: false });
    if (coloring) map.setColoring(coloring);
    if (filter) map.setFilter(filter);
    if (selection) map.setSelection(selection);
    if (thumbnails) map.setThumbnails(thumbnails);
    if (backdrop) map.setBackdrop(backdrop);
    if (lines) map.setLines(lines);
  }

  disconnectedCallback(): void {
    this.map?.destroy();
    this.map = null;
  }

  attributeChangedCallback(name: string): void {
    if (!this.map) return;
    if (name === 'theme') this.map.setTheme(this.themeNamed());
    else this.map.tool = this.toolNamed();
  }

  /** [n * 2]; as many as before glide */
  set points(coordinates: Float32Array) {
    if (this.state.points?.length !== coordinates.length) {
      this.state.coloring = this.state.filter = this.state.selection = undefined;
    }
    this.state.points = coordinates;
    this.map?.setPoints(coordinates);
  }

  set coloring(coloring: Coloring | null) {
    this.state.coloring = coloring;
    this.map?.setColoring(coloring);
  }

  set filter(visible: Uint8Array | null) {
    this.state.filter = visible;
    this.map?.setFilter(visible);
  }

  set selection(indices: Uint32Array | null) {
    this.state.selection = indices;
    this.map?.setSelection(indices);
  }

  set thumbnails(thumbnails: Thumbnails | null) {
    this.state.thumbnails = thumbnails;
    this.map?.setThumbnails(thumbnails);
  }

  set backdrop(backdrop: Backdrop | null) {
    this.state.backdrop = backdrop;
    this.map?.setBackdrop(backdrop);
  }

  set lines(lines: readonly Line[]) {
    this.state.lines = lines;
    this.map?.setLines(lines);
  }

  private themeNamed(): typeof lightTheme {
    return this.getAttribute('theme') === 'dark' ? darkTheme : lightTheme;
  }

  private toolNamed(): Tool {
    const tool = this.getAttribute('tool');
    return tool === 'lasso' || tool === 'box' ? tool : 'pan';
  }
}

/** Makes `<latent-map>` known to the page; once is enough. */
export function defineLatentMap(name = 'latent-map'): void {
  if (!customElements.get(name)) customElements.define(name, LatentMapElement);
}
