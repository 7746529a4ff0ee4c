/** The map that is looked at: where the points are, their codes, and whether places can be decoded. */
import { matrix, type Matrix } from '@portolan/core/base';
import type { Column } from '@portolan/core/data';
import type { MapInfo, SpaceInfo } from '@portolan/core/workbench';
import type { Place } from '@portolan/view';
import { fromCentre } from '../disc.ts';
import { duration } from '../format.ts';
import { sentence } from '../sentence.ts';
import { project } from './project.svelte.ts';
import { samples } from './samples.svelte.ts';
import { ui } from './ui.svelte.ts';
import { view } from './view.svelte.ts';
import { decoder, scout } from './workers.ts';

export interface Points {
  /** [n, 2], or [n, 3] for a map in space */
  coordinates: Matrix;
  /** which row each point is; null when point i is row i */
  rows: Uint32Array | null;
  /** what points are called that are no rows: the words of a text, while they are being learned */
  names?: readonly string[];
  /** points with the same key are the same samples, so they move instead of being replaced */
  key: string;
}

/** Where a point is, as many numbers as the map has dimensions. */
export function placeOfPoint({ coordinates: { data, cols } }: Points, point: number): Place {
  const [x, y] = [data[cols * point], data[cols * point + 1]];
  return cols === 3 ? [x, y, data[3 * point + 2]] : [x, y];
}

/** The least and greatest value of each latent dimension, and its standard deviation. */
export interface Span {
  low: Float32Array;
  high: Float32Array;
  deviation: Float32Array;
}

class Chart {
  points = $state.raw<Points | null>(null);
  space = $state.raw<SpaceInfo | null>(null);
  map = $state.raw<MapInfo | null>(null);
  codes = $state.raw<Matrix | null>(null);
  span = $state.raw<Span | null>(null);
  /** a hyperbolic space, or a map that is a Poincaré disc */
  disc: boolean = $derived(this.map?.geometry === 'hyperbolic' || this.space?.geometry?.name === 'hyperbolic');
  /** the points lie on a disc */
  onDisc: boolean = $derived(
    this.points?.coordinates.cols === 2 &&
      (this.map ? this.map.geometry === 'hyperbolic' : this.space?.geometry?.name === 'hyperbolic'),
  );
  /** how far from the centre each point is, in the space if that is hyperbolic, else on the map */
  centred: Column | undefined = $derived.by(() => {
    const curved = this.space?.geometry?.name === 'hyperbolic' ? this.codes : null;
    const from = curved ?? (this.onDisc ? this.points?.coordinates : null);
    return this.disc && from ? fromCentre(from) : undefined;
  });
  /** what is being done before the map stands */
  busy = $state<string | null>(null);
  error = $state<string | null>(null);
  /** why places can't be decoded although they should lead somewhere; the points stand all the same */
  undecoded = $state<string | null>(null);
  /** places on this map can be decoded here, now */
  decodes = $state(false);
  /** codes can, whether or not places lead to one */
  decodesCodes = $state(false);
  /** the runtime that decodes in the page */
  runtime = $state('');

  /** the plane can be decoded everywhere: the map is one, and its places lead somewhere */
  hasPlane = $derived(this.decodes && this.points?.coordinates.cols === 2);

  #turn = 0;

  async load(data: string | null, space: string | null, map: string | null): Promise<void> {
    const turn = ++this.#turn;
    const current = (): boolean => turn === this.#turn;
    this.error = null;
    this.undecoded = null;
    const dataInfo = project.dataOf(data);
    const spaceInfo = project.spaceOf(space);
    try {
      await samples.load(dataInfo ?? null, spaceInfo?.medium);
      if (!current()) return;
      if (!spaceInfo && !map) return this.#clear(space ? `There is no space “${space}” in this project.` : null);
      if (spaceInfo?.coded === false && !map) {
        this.#clear(`${spaceInfo.id} has no encoder, so rows have no place in it: Travel draws new ones from it.`);
        this.space = spaceInfo;
        return;
      }
      this.busy = 'reading the space';
      await this.#show(spaceInfo ?? null, map, current);
    } catch (error) {
      if (current()) this.error = sentence(error);
    } finally {
      if (current()) this.busy = null;
    }
  }

  async #show(space: SpaceInfo | null, mapId: string | null, current: () => boolean): Promise<void> {
    const client = project.client!;
    const codes = space ? await client.codes({ space: space.id }) : null;
    const map = await this.#mapFor(space, mapId, current);
    if (!current()) return;
    const raw = map ? await client.coordinates({ map: map.id }) : codes;
    const coordinates = raw && flat(raw);
    if (!current() || !coordinates) return;
    this.decodes = false;
    this.decodesCodes = false;
    this.space = space;
    this.map = map;
    this.codes = codes;
    this.span = codes && spanOf(codes);
    this.points = { coordinates, rows: null, key: space?.data ?? map?.data ?? '' };
    await scout().call('setCodes', { codes, places: coordinates, ...nearness(space, map) });
    const of = map && !map.space ? 'rows' : 'codes';
    const medium = samples.info?.medium ?? space?.medium;
    if (!medium || (of === 'codes' && !space?.decodes) || !current()) return;
    const [spaceFiles, mapFiles] = await Promise.all([
      space?.decodes ? readFiles(space.id) : undefined,
      map ? readFiles(map.id) : undefined,
    ]);
    if (!current()) return;
    try {
      const opened = await decoder().call('open', { space: spaceFiles, projection: mapFiles, of, medium });
      if (!current()) return;
      this.runtime = opened.runtime;
      this.decodesCodes = spaceFiles !== undefined;
      this.decodes = opened.places;
    } catch (error) {
      if (current()) this.undecoded = sentence(error);
    }
  }

  /** The map asked for; else, where codes can't be drawn as they are, the newest of this space, made if need be. */
  async #mapFor(space: SpaceInfo | null, mapId: string | null, current: () => boolean): Promise<MapInfo | null> {
    const asked = project.mapOf(mapId);
    if (asked && (!asked.space || asked.space === space?.id)) return asked;
    if (!space || space.latentDim <= 2) return null;
    const newest = project.maps.findLast((map) => map.space === space.id && map.nComponents === 2);
    const map = newest ?? (await this.#makeMap(space, current));
    if (current()) view.amend({ map: map.id });
    return map;
  }

  async #makeMap(space: SpaceInfo, current: () => boolean): Promise<MapInfo> {
    const made = await project.client!.map(
      { of: space.id, method: 'pca' },
      {
        onProgress: ({ phase, remaining }) => {
          if (current()) this.busy = `${phase} the map${remaining ? `, ${duration(remaining)} left` : ''}`;
        },
      },
    );
    await project.refresh();
    ui.said = 'A map of the space was made';
    return made;
  }

  #clear(error: string | null): void {
    this.points = null;
    this.space = null;
    this.map = null;
    this.codes = null;
    this.span = null;
    this.decodes = false;
    this.decodesCodes = false;
    this.error = error;
    void scout().call('setCodes', { codes: null, places: null });
  }
}

export const chart = new Chart();

/** What near means among codes, rows and places, where it is not the plain distance. */
function nearness(space: SpaceInfo | null, map: MapInfo | null) {
  const { distance, mapDistance } = map?.quality ?? {};
  const own = space?.geometry && space.geometry.name !== 'euclidean' && NEAR[space.geometry.name];
  const of = distance === 'euclidean' ? undefined : distance;
  // a plane of codes that is drawn as it is, is as curved as they are
  const drawn = map ? mapDistance : own === 'hyperbolic' ? own : undefined;
  return {
    codeDistance: (map?.space ? (of ?? own) : own) || undefined,
    rowDistance: map && !map.space ? of : undefined,
    placeDistance: drawn,
  };
}

const NEAR = { sphere: 'cosine', hyperbolic: 'hyperbolic' } as const;

/** All files of an item that a loader reads; what a person doesn't need to wait for is left out. */
async function readFiles(id: string): Promise<Record<string, Uint8Array>> {
  const client = project.client!;
  const names = (await client.files({ id })).map((file) => file.name);
  const wanted = names.filter(
    (name) => /\.(onnx|json|safetensors|npy|txt)$/.test(name) && !/^(codes|coordinates|keep)\./.test(name),
  );
  const bytes = await Promise.all(wanted.map((name) => client.file({ id, name })));
  return Object.fromEntries(wanted.map((name, i) => [name, bytes[i]]));
}

/** Codes, or a map's coordinates, as places in the plane or in space: a line becomes a narrow, even band so that points don't hide each other. */
export function flat(codes: Matrix): Matrix {
  if (codes.cols === 2 || codes.cols === 3) return codes;
  const out = matrix(codes.rows, 2);
  const { low, high } = spanOf(codes);
  const breadth = codes.cols === 1 ? (high[0] - low[0]) / 5 || 1 : 0;
  for (let i = 0; i < codes.rows; i++) {
    out.data[2 * i] = codes.data[i * codes.cols];
    out.data[2 * i + 1] = codes.cols === 1 ? (((i * 0.618034) % 1) - 0.5) * breadth : codes.data[i * codes.cols + 1];
  }
  return out;
}

function spanOf({ data, rows, cols }: Matrix): Span {
  const low = new Float32Array(cols).fill(Infinity);
  const high = new Float32Array(cols).fill(-Infinity);
  const sum = new Float64Array(cols);
  const squares = new Float64Array(cols);
  for (let i = 0; i < rows * cols; i++) {
    const j = i % cols;
    const v = data[i];
    if (v < low[j]) low[j] = v;
    if (v > high[j]) high[j] = v;
    sum[j] += v;
    squares[j] += v * v;
  }
  const deviation = Float32Array.from(sum, (s, j) => Math.sqrt(Math.max(0, squares[j] / rows - (s / rows) ** 2)));
  return { low, high, deviation };
}
