/** Pinned samples and places: what each shows, side by side. */
import type { Place } from '@portolan/view';
import type { Pin } from '../address.ts';
import { samePin } from '../address.ts';
import { chart, placeOfPoint } from './chart.svelte.ts';
import { kindOf, lens } from './lens.svelte.ts';
import { samples } from './samples.svelte.ts';
import { view } from './view.svelte.ts';
import { decoder } from './workers.ts';

export interface PinnedSight {
  pin: Pin;
  place: Place;
  /** decoded there; for a sample its reconstruction */
  row: Float32Array | null;
}

class Pins {
  /** decoded pictures by pin, kept while the space is looked at */
  sights = $state.raw<readonly PinnedSight[]>([]);

  places = $derived(
    view.pins.flatMap((pin, i) => {
      const place = placeOf(pin);
      return place ? [{ place, label: String(i + 1) }] : [];
    }),
  );

  /** A click: pins what is there, or removes a pin that stands there. */
  toggleAt(place: Place, row: number): void {
    if (row >= 0) return view.togglePin({ kind: 'sample', index: row });
    const offset = lens.offset.some((v) => v !== 0) ? lens.offset : undefined;
    if (place.length === 3) return; // between the points of a map in space is no place of its own
    const [x, y] = [place[0], place[1]].map((v) => Number(v.toPrecision(6))) as [number, number];
    view.togglePin({ kind: 'place', x, y, ...(offset && { offset }) });
  }

  /** Pins what the lens shows. */
  pinSight(): void {
    if (lens.sight) this.toggleAt(lens.sight.place, lens.sight.point);
  }

  /** Decodes the pins that are new. */
  async refresh(): Promise<void> {
    const { pins } = view;
    const out: PinnedSight[] = [];
    for (const pin of pins) {
      const place = placeOf(pin);
      if (!place) continue;
      const known = this.sights.find((sight) => samePin(sight.pin, pin) && sight.row && sight.place[0] === place[0]);
      out.push(known ?? { pin, place, row: chart.decodes || chart.decodesCodes ? await decodePin(pin, place) : null });
    }
    if (view.pins === pins) this.sights = out;
  }
}

function placeOf(pin: Pin): Place | null {
  if (pin.kind === 'place') return [pin.x, pin.y];
  const { points } = chart;
  if (!points || pin.index >= points.coordinates.rows) return null;
  return placeOfPoint(points, pin.index);
}

async function decodePin(pin: Pin, place: Place): Promise<Float32Array | null> {
  try {
    const { codes } = chart;
    if (pin.kind === 'sample' && codes && chart.decodesCodes) {
      const code = codes.data.slice(pin.index * codes.cols, (pin.index + 1) * codes.cols);
      return (await decoder().call('code', { code, kind: kindOf(pin.index) })).row;
    }
    const offset = pin.kind === 'place' ? pin.offset : undefined;
    return (await decoder().call('place', { place, offset })).row;
  } catch {
    return null; // the lens says why nothing can be decoded; a pin then shows its sample
  }
}

/** What a pin is called in lists. */
export function pinName(pin: Pin): string {
  if (pin.kind === 'place') return 'a place between samples';
  const column = samples.label;
  const text = column?.type === 'category' ? column.categories[column.codes[pin.index]] : undefined;
  return text ? `${text}, sample ${pin.index}` : `sample ${pin.index}`;
}

export const pins = new Pins();
