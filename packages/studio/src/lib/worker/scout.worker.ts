/**
 * What looks at all samples at once, in its own thread: the nearest in latent space, the true neighbours of a sample,
 * the sheet of thumbnails.
 */
import { InputError, type Matrix } from '@portolan/core/base';
import { readRows, rowsOf, type Column, type Rows } from '@portolan/core/data';
import type { Tone } from '@portolan/core/pictures';
import { neighborIndex, type Distance, type Nearest, type NeighborIndex } from '@portolan/core/neighbors';
import { atlasLayout, paint, shrunk, type ImageMedium, type Rgb } from '../pictures.ts';
import { falseNeighbors, reachOf, rhumbLines, type Rhumb } from '../rhumb.ts';
import type { MapFileArgs } from '../map-file.ts';
import { namesFor, type Name, type NamingKind } from '../naming.ts';
import type { NewRows } from '../new-rows.ts';
import type { ReadTableArgs } from '../read-table.ts';
import { sortRows } from '../table.ts';
import { Moved, serve } from './rpc.ts';

export interface AtlasArgs {
  medium: ImageMedium;
  /** `negative-light`: inverted, so that strokes are light on dark */
  tone: Tone | 'negative-light';
  ink?: Rgb;
  /** the rows to draw, by point; all of them by default */
  points: Uint32Array | null;
  maxSide?: number;
}

/** One picture with a cell a point; `cells[i]` is point i's cell, −1 for those beyond what a texture holds. */
export interface Atlas {
  image: ImageBitmap;
  cellWidth: number;
  cellHeight: number;
  cells: Int32Array;
}

let rows: Rows | null = null;
let codes: Matrix | null = null;
let places: Matrix | null = null;
let byRow: NeighborIndex | null = null;
let byCode: NeighborIndex | null = null;
let byPlace: NeighborIndex | null = null;

/** What near means, where it is not the plain distance. */
interface Near {
  codeDistance?: Distance;
  rowDistance?: Distance;
  placeDistance?: Distance;
}
let near: Near = {};

/** A place or code beside a Poincaré ball is taken for the nearest one in it. */
function inside(point: ArrayLike<number>, distance: Distance | undefined): ArrayLike<number> {
  const length = Math.hypot(...Array.from(point));
  const most = 1 - 1e-5;
  return distance === 'hyperbolic' && length > most ? Array.from(point, (value) => (value * most) / length) : point;
}

const nowhere = (): Nearest => ({ indices: new Uint32Array(), distances: new Float32Array() });

const api = {
  setRows(args: { rows: Rows | null }): void {
    rows = args.rows;
    near = {};
    byRow = rows && neighborIndex(rows);
  },

  /** The samples' codes, and their places on the map; and what near means among them, where it is not the plain distance. */
  setCodes(args: { codes: Matrix | null; places: Matrix | null } & Near): void {
    ({ codes, places } = args);
    near = { codeDistance: args.codeDistance, rowDistance: args.rowDistance, placeDistance: args.placeDistance };
    byCode = codes && neighborIndex(rowsOf(codes), { distance: near.codeDistance });
    byPlace = places && neighborIndex(rowsOf(places), { distance: near.placeDistance });
    if (rows) byRow = neighborIndex(rows, { distance: near.rowDistance });
  },

  /** The samples nearest to a place on the map. */
  nearestPlaces({ place, k }: { place: readonly number[]; k: number }): Nearest {
    if (byPlace?.nFeatures !== place.length) return nowhere();
    return byPlace.query(inside(place, near.placeDistance), k);
  },

  /** The samples whose codes are nearest to a code. */
  nearestCodes({ code, k }: { code: Float32Array; k: number }): Nearest {
    return byCode?.query(inside(code, near.codeDistance), k) ?? nowhere();
  },

  /**
   * True neighbours of a sample, what the map made of them, and the false ones. They are those in the data where it is at
   * hand, and by codes where it is not, or where the space is curved: what near means there only its geometry says.
   */
  rhumb({ index: from, k }: { index: number; k: number }): Rhumb & { strangers: Uint32Array } {
    const curved = byCode && near.codeDistance;
    const index = curved ? byCode : (byRow ?? byCode);
    const where = (!curved && rows) || (codes && rowsOf(codes));
    if (!index || !where || !places || !byPlace || from >= where.nSamples) {
      return { kept: [], torn: [], strangers: new Uint32Array() };
    }
    const reach = reachOf(where.nSamples);
    const except = { except: from };
    const { indices: inData } = index.query(readRows(where, [from]).data, Math.max(k, reach), except);
    const { indices: onMap } = byPlace.query(readRows(rowsOf(places), [from]).data, reach, except);
    return {
      ...rhumbLines(from, inData.subarray(0, k), places, near.placeDistance),
      strangers: falseNeighbors(onMap, inData.subarray(0, reach)),
    };
  },

  sort({
    rows: which,
    column,
    descending,
  }: {
    rows: Uint32Array;
    column: Column;
    descending: boolean;
  }): Moved<Uint32Array> {
    const sorted = sortRows(which, column, descending);
    return new Moved(sorted, [sorted.buffer]);
  },

  /** Words for the map, by a column that is sent along. */
  names({ kind, column, points }: { kind: NamingKind; column: Column; points: Uint32Array | null }): Name[] {
    return places ? namesFor(kind, column, places, points) : [];
  },

  /** The map as files; what writes them is fetched when it is wanted. */
  async mapFiles(args: MapFileArgs): Promise<Record<string, Blob>> {
    if (!places) throw new InputError('there is no map to save yet');
    const { mapFiles } = await import('../map-file.ts');
    return mapFiles(args, { places, codes, rows });
  },

  /** Rows from files, to be put on the map; what reads them is fetched when it is wanted. */
  async readTable(args: ReadTableArgs): Promise<NewRows> {
    const { readTable } = await import('../read-table.ts');
    return readTable(args);
  },

  matrixOfRows({ rows }: { rows: Rows }): Moved<Matrix> {
    const x = readRows(rows);
    const own = x.data === rows.data ? { ...x, data: x.data.slice() } : x;
    return new Moved(own, [own.data.buffer]);
  },

  /** All thumbnails in one picture. */
  async atlas({ medium, tone: asked, ink = [0, 0, 0], points, maxSide }: AtlasArgs): Promise<Moved<Atlas>> {
    if (!rows) throw new InputError('the rows are not here yet');
    const tone = asked === 'negative-light' ? 'plain' : asked;
    const n = points ? points.length : rows.nSamples;
    const layout = atlasLayout(n, medium, { maxSide });
    const { cell } = layout;
    const width = layout.cols * cell.width;
    const image = new ImageData(width, layout.rows * cell.height);
    const cells = new Int32Array(n).fill(-1);
    const shown = { ...medium, ...cell };
    const small = cell.width < medium.width || cell.height < medium.height;
    // beyond the texture's capacity every so-many-th point keeps its picture, so that they stay spread over the map
    const step = Math.max(1, n / layout.capacity);
    for (let c = 0; c < Math.min(n, layout.capacity); c++) {
      const i = Math.floor(c * step);
      cells[i] = c;
      const from = (points ? points[i] : i) * rows.nFeatures;
      const at = (Math.floor(c / layout.cols) * cell.height * width + (c % layout.cols) * cell.width) * 4;
      const options = { tone, ink, at, stride: width };
      if (small) paint(image.data, shrunk(rows.data, from, rows.scale, medium, cell), shown, options);
      else paint(image.data, rows.data, medium, { ...options, from, scale: rows.scale });
    }
    if (asked === 'negative-light') invert(image.data);
    const bitmap = await createImageBitmap(image);
    return new Moved({ image: bitmap, cellWidth: cell.width, cellHeight: cell.height, cells }, [
      bitmap,
      cells.buffer as ArrayBuffer,
    ]);
  },
};
export type ScoutApi = typeof api;
serve(api);

function invert(pixels: Uint8ClampedArray): void {
  for (let i = 0; i < pixels.length; i += 4) {
    for (let k = 0; k < 3; k++) pixels[i + k] = 255 - pixels[i + k];
  }
}
