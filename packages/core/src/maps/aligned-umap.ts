/**
 * AlignedUMAP (after McInnes' program of that name; Dadu et al. 2023): maps of several tables that have rows in common,
 * checkpoints of a training say, or two spaces of the same samples, made together, so that what differs between them is
 * change and not mere rotation.
 *
 * All maps begin at the same place, the spectral start of their graphs taken together. After each epoch a point is
 * drawn towards the same row's points on the maps beside its own, the less the further they are in the list.
 */
import { InputError, matrix, run, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec, Options } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { PICTURE, checkRows, layoutNeighbors, plainReport } from './layout-map.ts';
import { layoutStart } from './layout-start.ts';
import type { MapDetail, MapJob, Projection } from './projection.ts';
import { exp } from './portable-math.ts';
import { umapGraph, umapProjection } from './umap.ts';
import { fitUmapCurve } from './umap-curve.ts';
import { umapLayout } from './umap-layout.ts';
import type { UmapLayout } from './umap-layout.ts';
import { UMAP_OPTIONS, checkUmapOptions, settleUmap } from './umap-options.ts';
import type { UmapOptions } from './umap-options.ts';

export const ALIGNED_OPTIONS: readonly OptionSpec[] = [
  ...UMAP_OPTIONS.filter(({ name }) => name !== 'targetWeight' && !name.startsWith('dens')),
  {
    name: 'alignment',
    type: 'number',
    default: 0.05,
    min: 0,
    max: 1,
    main: true,
    summary: 'How strongly the same row is held together across maps: 0 not at all, 1 all but in one place.',
  },
  {
    name: 'alignmentWindow',
    type: 'integer',
    default: 3,
    min: 1,
    max: 100,
    summary: 'How many maps before and after its own hold a point.',
  },
];

/** What aligned maps have no use for, as `UmapOptions` wants it. */
const LEFT_OUT = { targetWeight: 0, densMap: false, densLambda: 2, densFrac: 0.3, densVarShift: 0.1 };

interface AlignedOptions extends UmapOptions {
  alignment: number;
  alignmentWindow: number;
}

/** What making aligned maps takes; neither labels, given neighbours nor a start. */
export interface AlignedJob extends Omit<MapJob, 'labels' | 'neighbors' | 'start'> {
  /** for each table a number a row; rows of the same number are the same. By default the rows' places in the tables */
  ids?: readonly ArrayLike<number>[];
  /** what near means in each table, where that is not the option `distance`: of spaces of different geometry */
  distances?: readonly Distance[];
}

/**
 * One map for each table, in one frame. While they unfold the last one is shown.
 * @param tables  [nᵢ, dᵢ] each; the widths may differ
 * @throws InputError when there are fewer than two tables, or ids do not fit
 */
export async function alignedUmap(
  tables: readonly Matrix[],
  given: Partial<Options> = {},
  job: AlignedJob = {},
): Promise<Projection[]> {
  const resolved = resolveOptions('aligned umap', ALIGNED_OPTIONS, given) as unknown as AlignedOptions;
  const options: AlignedOptions = { ...resolved, ...LEFT_OUT };
  if (tables.length < 2) throw new InputError(`aligned maps need at least 2 tables, got ${tables.length}`);
  tables.forEach((x, t) => checkRows(`aligned UMAP, table ${t}`, x, options.nComponents, {}));
  checkUmapOptions(options, {});
  const { count, places } = placesOf(tables, job.ids);
  const { signal } = job;
  signal?.throwIfAborted();

  const nEpochs = settleUmap(options, Math.max(...tables.map(({ rows }) => rows)), []).nEpochs;
  const warnings = tables.map((): string[] => []);
  // one for all: each has threads of its own, which would sleep while those of the others are at work
  const space = await (job.kernels ?? singleThread()).open('umap');
  try {
    const graphs: SparseGraph[] = [];
    const settled: UmapOptions[] = [];
    for (const [t, x] of tables.entries()) {
      const { alignment: _, alignmentWindow: __, ...plain } = options;
      const distance = job.distances?.[t] ?? options.distance;
      settled.push({ ...settleUmap(plain, x.rows, warnings[t]), nEpochs, distance });
      const neighbors = await layoutNeighbors(x, settled[t].nNeighbors - 1, settled[t], job, warnings[t]);
      graphs.push(await umapGraph(neighbors, settled[t], space, job));
    }
    const start = await commonStart(graphs, places, count, options, job, warnings[0]);
    const curve = fitUmapCurve(options.minDist, options.spread);
    const layouts = graphs.map((graph, t) =>
      umapLayout(graph, taken(start, places[t]), { ...settled[t], curve }, space),
    );
    const rowsOf = places.map((own) => {
      const rows = new Int32Array(count).fill(-1);
      own.forEach((place, i) => (rows[place] = i));
      return rows;
    });
    let shown = performance.now();
    await run<MapDetail, void>(
      {
        phase: 'mapping',
        total: nEpochs,
        get done() {
          return layouts[0].iteration;
        },
        async step() {
          for (const layout of layouts) await layout.advance(signal, 1);
          const iteration = layouts[0].iteration;
          // the force wanes as the maps' own does, so that each settles into its own shape in the end
          const force = options.alignment * (1 - iteration / nEpochs);
          drawTogether(layouts, places, rowsOf, force, options);
          const detail: MapDetail = { iteration, nIter: nEpochs };
          if (!job.onProgress || performance.now() - shown < PICTURE) return detail;
          shown = performance.now();
          return { ...detail, coordinates: layouts[layouts.length - 1].coordinates() };
        },
        result: () => undefined,
      },
      job,
    );
    return tables.map((x, t) => {
      const figures = { iterations: layouts[t].iteration, nIter: nEpochs };
      const coordinates = layouts[t].coordinates();
      return umapProjection({ x, coordinates, options: { ...settled[t] }, figures, warnings: warnings[t] });
    });
  } finally {
    space.close();
  }
}

/** Numbers the distinct rows of all tables; `places[t][i]` is that of row i of table t. */
function placesOf(
  tables: readonly Matrix[],
  ids: readonly ArrayLike<number>[] | undefined,
): { count: number; places: Uint32Array[] } {
  if (!ids) {
    const count = Math.max(...tables.map(({ rows }) => rows));
    return { count, places: tables.map(({ rows }) => Uint32Array.from({ length: rows }, (_, i) => i)) };
  }
  const known = new Map<number, number>();
  const places = tables.map(({ rows }, t) => {
    if (ids[t]?.length !== rows) {
      throw new InputError(`aligned UMAP: table ${t} has ${rows} rows and ${ids[t]?.length ?? 0} ids`);
    }
    const out = Uint32Array.from({ length: rows }, (_, i) => {
      const id = ids[t][i];
      const place = known.get(id) ?? known.size;
      known.set(id, place);
      return place;
    });
    if (new Set(out).size < rows) throw new InputError(`aligned UMAP: table ${t} has an id twice`);
    return out;
  });
  return { count: known.size, places };
}

/** The start of all graphs added up. */
async function commonStart(
  graphs: readonly SparseGraph[],
  places: readonly Uint32Array[],
  count: number,
  { nComponents, seed, start }: UmapOptions,
  { signal, onProgress }: AlignedJob,
  warnings: string[],
): Promise<Matrix> {
  // each graph over all rows: a vertex that a table has not is one without edges
  const whole = graphs.map((graph, t) => {
    const back = new Uint32Array(count).fill(graph.n);
    places[t].forEach((place, i) => (back[place] = i));
    return { graph, back, to: places[t] };
  });
  const offsets = new Uint32Array(count + 1);
  const most = graphs.reduce((sum, { targets }) => sum + targets.length, 0);
  const targets = new Uint32Array(most);
  const weights = new Float32Array(most);
  const slot = new Int32Array(count).fill(-1);
  let at = 0;
  for (let v = 0; v < count; v++) {
    const from = at;
    for (const { graph, back, to } of whole) {
      const i = back[v];
      if (i === graph.n) continue;
      for (let e = graph.offsets[i]; e < graph.offsets[i + 1]; e++) {
        const target = to[graph.targets[e]];
        if (slot[target] < from) {
          slot[target] = at;
          targets[at] = target;
          weights[at++] = graph.weights[e];
        } else weights[slot[target]] += graph.weights[e];
      }
    }
    offsets[v + 1] = at;
  }
  const joint = { n: count, offsets, targets: targets.slice(0, at), weights: weights.slice(0, at) };
  // by components of no table in particular: their widths may differ
  const kind = start === 'random' ? 'random' : 'spectral';
  const job = { nComponents, seed, signal, onProgress: plainReport(onProgress) };
  return layoutStart(kind, matrix(count, 1), joint, job, warnings);
}

function taken(y: Matrix, places: Uint32Array): Matrix {
  const out = matrix(places.length, y.cols);
  places.forEach((place, i) => out.data.set(y.data.subarray(place * y.cols, (place + 1) * y.cols), i * y.cols));
  return out;
}

/** Moves each point by a share of its way to the same row's points on the maps around its own. */
function drawTogether(
  layouts: readonly UmapLayout[],
  places: readonly Uint32Array[],
  rowsOf: readonly Int32Array[],
  force: number,
  { nComponents, alignmentWindow }: AlignedOptions,
): void {
  if (!(force > 0)) return;
  const stride = nComponents === 2 ? 2 : 4;
  const before = layouts.map((layout) => layout.places().slice());
  layouts.forEach((layout, t) => {
    const y = layout.places();
    for (let s = Math.max(0, t - alignmentWindow); s <= Math.min(layouts.length - 1, t + alignmentWindow); s++) {
      if (s === t) continue;
      // of each pair of maps, half by either, and never past the middle
      const share = 0.5 * Math.min(1, force * exp(1 - Math.abs(s - t)));
      for (let i = 0; i < places[t].length; i++) {
        const other = rowsOf[s][places[t][i]];
        if (other < 0) continue;
        for (let c = 0; c < nComponents; c++) {
          const own = i * stride + c;
          y[own] += share * (before[s][other * stride + c] - before[t][own]);
        }
      }
    }
  });
}
