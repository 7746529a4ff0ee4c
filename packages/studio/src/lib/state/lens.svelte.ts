/**
 * The lens: what lives at the pointer, decoded now.
 *
 * An answer is shown at the place it was decoded for, never at another, so the lens can't show an old picture for a
 * new place; places that the pointer has left before their turn came are never decoded.
 */
import type { Nearest } from '@portolan/core/neighbors';
import type { Place } from '@portolan/view';
import { latest } from '../latest.ts';
import { chart, placeOfPoint } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { samples } from './samples.svelte.ts';
import { view } from './view.svelte.ts';
import { decoder, scout } from './workers.ts';

export interface Sight {
  place: Place;
  /** the sample under the pointer, or −1 */
  point: number;
  /** the code there; null on maps that lead back to none */
  code: Float32Array | null;
  /** what was decoded; null where nothing can be */
  row: Float32Array | null;
  /** what is there, where that is no sample: a word of a text that is being learned */
  name?: string;
}

interface Question {
  place: Place;
  point: number;
  /** look at the sample itself, by its own code */
  exact: boolean;
  asked: number;
}

const N_NEAREST = 8;
const KEPT_TIMINGS = 1000;

class Lens {
  /** what is shown */
  sight = $state.raw<Sight | null>(null);
  near = $state.raw<Nearest | null>(null);
  /** the pointer (or the keyboard) is on the map */
  active = $state(false);
  /** off the map's plane, along each latent dimension */
  offset = $state.raw<number[]>([]);
  error = $state<string | null>(null);
  /** milliseconds from asking to the picture, newest last, and what the decoding itself took of them */
  readonly timings: { total: number; decode: number }[] = [];

  #last: Question | null = null;
  #decode = latest(
    async ({ place, point, exact }: Question) => {
      // where places lead nowhere, a sample still has its code; a word that is pointed at is itself, not its shadow on the map
      const own = exact || !chart.decodes || samples.spoken !== undefined;
      const code = chart.decodesCodes && own ? codeOf(point) : null;
      const moved = code && this.offset.length > 0 ? code.map((v, i) => v + (this.offset[i] ?? 0)) : code;
      // between samples the one that was last nearest tells the class
      const kind = kindOf(point >= 0 ? point : (this.near?.indices[0] ?? -1));
      return moved
        ? decoder().call('code', { code: moved, kind })
        : decoder().call('place', { place, offset: this.offset, kind });
    },
    ({ code, row, took }, question) => {
      this.error = null;
      this.sight = { place: question.place, point: question.point, code, row };
      this.timings.push({ total: performance.now() - question.asked, decode: took });
      if (this.timings.length > KEPT_TIMINGS) this.timings.shift();
      this.#nearest.ask({ code, place: question.place });
    },
    (error) => (this.error = String(error instanceof Error ? error.message : error)),
  );
  #nearest = latest(
    ({ code, place }: { code: Float32Array | null; place: Place }) =>
      code
        ? scout().call('nearestCodes', { code, k: N_NEAREST })
        : scout().call('nearestPlaces', { place, k: N_NEAREST }),
    (near) => (this.near = near),
  );

  /** Looks at a place; `exact`: at the sample there, by its own code. */
  look(place: Place, point: number, exact = false): void {
    const question = { place, point, exact, asked: performance.now() };
    this.#last = question;
    this.active = true;
    if (this.#leads(point)) return this.#decode.ask(question);
    this.sight = { place, point, code: null, row: null };
    this.#nearest.ask({ code: null, place });
  }

  /** Looks at a sample, wherever it is. */
  lookAt(point: number): void {
    const { points } = chart;
    if (!points || point < 0 || point >= points.coordinates.rows) return;
    this.look(placeOfPoint(points, point), point, true);
  }

  /** Whether something can be decoded: at the place, or by the sample's code. */
  #leads(point: number): boolean {
    return chart.decodes || (chart.decodesCodes && codeOf(point) !== null);
  }

  /** While the space is still being learned only its samples can be shown. */
  lookInLearning(place: Place, row: number, name?: string): void {
    this.#decode.drop();
    this.active = true;
    this.near = null;
    this.sight = { place, point: row, code: null, row: null, name };
  }

  /** The pointer has left: what was seen last stays in the inspector. */
  leave(): void {
    this.active = false;
  }

  setOffset(offset: number[]): void {
    this.offset = offset;
    if (this.#last && this.#leads(this.#last.point)) this.#decode.ask({ ...this.#last, asked: performance.now() });
  }

  /** Another map: nothing of the old one may come any more. */
  reset(): void {
    this.#decode.drop();
    this.#nearest.drop();
    this.#last = null;
    this.sight = null;
    this.near = null;
    this.active = false;
    this.offset = [];
    this.error = null;
  }

  /** The sample shown when nothing can be decoded: the one under the pointer, else the nearest. */
  get stand(): number {
    if (!this.sight) return -1;
    return this.sight.point >= 0 ? this.sight.point : (this.near?.indices[0] ?? -1);
  }
}

function codeOf(point: number): Float32Array | null {
  const { codes } = chart;
  return codes && point >= 0 && point < codes.rows
    ? codes.data.slice(point * codes.cols, (point + 1) * codes.cols)
    : null;
}

/** The class of a sample, by which its space decodes; −1 where it is not given classes. */
export function kindOf(point: number): number {
  const { conditions } = project.spaceOf(view.space) ?? {};
  const column = conditions && samples.columnNamed(conditions.column);
  return (column?.type === 'category' ? column.codes[point] : undefined) ?? -1;
}

export const lens = new Lens();

/** What a sight shows: the decoded row, else the sample it stands on. */
export function rowOf(sight: Sight | null, stand: number): Float32Array | null {
  if (sight?.row) return sight.row;
  return stand >= 0 ? samples.row(stand) : null;
}
