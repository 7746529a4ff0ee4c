/**
 * In which order points are drawn, so that none is hidden for a reason that is not in the data.
 *
 * By default it is a shuffle: where points of several categories lie over each other, each is on top in proportion to its
 * number there, whatever order the data came in. Categories so rare that they would drown are drawn last.
 */
import { InputError } from '@portolan/core/base';

/** A category is rare with less than this share of what it would have if all were alike. */
const RARE = 1 / 8;
/** Rare categories are drawn on top while together they are no more than this share of all points. */
const ON_TOP = 0.1;

/** 0 … n − 1, shuffled by the same seed always, so that a map looks the same each time. */
export function mixedOrder(n: number): Uint32Array {
  const out = new Uint32Array(n);
  let state = 0x9e3779b9;
  for (let i = 0; i < n; i++) {
    // xorshift (Marsaglia 2003); the multiplication maps it on 0 … i
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = Math.floor((state >>> 0) * 2.3283064365386963e-10 * (i + 1));
    out[i] = out[j];
    out[j] = i;
  }
  return out;
}

/** A copy of an order that was given. @throws InputError unless it names each of n points once */
export function checkedOrder(order: Uint32Array, n: number): Uint32Array {
  const seen = new Uint8Array(n);
  let count = 0;
  for (const i of order) {
    if (i < n && seen[i] === 0) count++;
    if (i < n) seen[i] = 1;
  }
  if (order.length !== n || count !== n) {
    throw new InputError(
      `view: the draw order must name each of ${n} points once, got ${order.length} entries, ${count} of them different points`,
    );
  }
  return order.slice();
}

/** The rare categories, those that must be drawn last at the end. Codes below 0 are no category. */
export function rareFirst(codes: Int32Array): number[] {
  const counts: number[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code >= 0 && code < 65_536) counts[code] = (counts[code] ?? 0) + 1;
  }
  const present = Object.keys(counts).map(Number);
  const total = present.reduce((sum, code) => sum + counts[code], 0);
  const limit = (RARE * total) / present.length;
  let rare: number[] = [];
  let drawn = 0;
  for (const code of present.sort((a, b) => counts[a] - counts[b] || a - b)) {
    if (counts[code] >= limit) break;
    drawn += counts[code];
    // those of one size are all on top or none
    if (drawn > ON_TOP * total) {
      rare = rare.filter((other) => counts[other] < counts[code]);
      break;
    }
    rare.push(code);
  }
  return rare.reverse();
}

/** The points of an order by layer, from the bottom up. */
export interface Layered {
  /** places in the order, [n] */
  slots: Uint32Array;
  /** points in each layer, [nLayers] */
  sizes: Uint32Array;
}

/** Points looked at between two slices. */
const SLICE = 1 << 15;

/** Sorts an order by layers, within which it stays as it is; slice by slice. */
export function* layered(
  order: Uint32Array,
  layerOf: (point: number) => number,
  nLayers: number,
): Generator<void, Layered> {
  const n = order.length;
  const layers = nLayers > 256 ? new Uint16Array(n) : new Uint8Array(n);
  const sizes = new Uint32Array(nLayers);
  for (let slot = 0; slot < n; slot++) {
    if (slot % SLICE === SLICE - 1) yield;
    const layer = layerOf(order[slot]);
    layers[slot] = layer;
    sizes[layer]++;
  }
  const next = new Uint32Array(nLayers);
  for (let k = 1; k < nLayers; k++) next[k] = next[k - 1] + sizes[k - 1];
  const slots = new Uint32Array(n);
  for (let slot = 0; slot < n; slot++) {
    if (slot % SLICE === SLICE - 1) yield;
    slots[next[layers[slot]]++] = slot;
  }
  return { slots, sizes };
}

/** The same at once. */
export function layeredNow(order: Uint32Array, layerOf: (point: number) => number, nLayers: number): Layered {
  const slices = layered(order, layerOf, nLayers);
  let step = slices.next();
  while (!step.done) step = slices.next();
  return step.value;
}
