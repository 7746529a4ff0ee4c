/**
 * Where a t-SNE map pushes its points: the potential φ(y) = Σⱼ K(|y − yⱼ|), K(r) = 1/(1 + r²), and the force
 * Σⱼ K²(y − yⱼ) = −½∇φ, which is its slope, so that one transform gives both. In time that grows like n.
 *
 * Particles and a mesh (Hockney & Eastwood 1988), with the split of multilevel summation (Hardy, Stone, Schulten 2009):
 * see assembly/tsne-field.ts. FIt-SNE (Linderman et al. 2019) interpolates K² itself for three kinds of charges and has
 * no near part, so its grid must resolve K; here the cells may be twice as wide as K for the same error. The relative
 * error of the forces, root mean square, is below 1 %, and without bias. Where few points are, all pairs are summed.
 */
import type { Block, Workspace } from '../kernels/index.ts';

/** Up to so many points all pairs are summed. */
const EXACT = 1000;
/** Cells left free beyond the outermost points for the splines, both sides together. */
const MARGIN = 6;
/** Cells the near part reaches; as in the kernel. */
const REACH = 3;
/** Cells so narrow need no near part. */
const FINE = 0.25;
const WIDTHS = [0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8];
/** Where points are within so much, cells go with their extent, a fifth of it, and the kernel is lowered. */
const TINY = 1.25;
/** The width of the cells by which crowding is judged. */
const MIDDLING = 1.4;
/** Steps between two looks at whether another grid would be cheaper. */
const REPLAN = 25;
/** Greatest sides of the transform's grid, in two and three dimensions; beyond, cells grow. */
const MOST_CELLS = { 2: 4096, 3: 256 };
/** Costs in clock cycles: of a transform per number and doubling, of a row of near cells, of a pair. */
const COST = { fft: 1.2, row: 12, pair: 3 };
const TARGETS = 256;
/** Rows of cells in a band; as in the kernel. */
const BAND = 4;

export interface Box {
  least: readonly number[];
  most: readonly number[];
}

export interface TsneField {
  /** Takes the sources' places. */
  place(y: Block<Float32Array>, box: Box): Promise<void>;
  /**
   * Writes force and potential at each source, itself included in the potential, to `out` [n, 4].
   * @returns Σ over the sources of φ − 1
   */
  atSources(out: Block<Float32Array>): Promise<number>;
  /** The same at other places, [dims][m], inside the sources' box. */
  at(places: Block<Float32Array>, m: number, out: Block<Float32Array>): Promise<void>;
  /** what is inside the grid's reach */
  readonly grid: { h: number; near: boolean; sides: readonly number[] };
}

/** A transform's length with what it needs. */
interface Axis {
  m: number;
  table: Block<Float32Array>;
  radices: Block<Int32Array>;
}

interface Plan {
  h: number;
  near: boolean;
  lowered: boolean;
  /** sides of the transform's grid, outermost first; the middle one is 1 in the plane */
  sides: [number, number, number];
}

/**
 * @param dims  2 or 3
 * @param exact  sum all pairs whatever n
 */
export function tsneField(
  space: Workspace,
  n: number,
  dims: 2 | 3,
  { exact = n <= EXACT, signal }: { exact?: boolean; signal?: AbortSignal } = {},
): TsneField {
  const room = n + 8;
  const sorted = space.float32(dims * room);
  const order = space.int32(n);
  const cells = space.int32(n);
  const geo = space.float64(16);
  const chunks = Math.ceil(n / TARGETS);
  const sums = space.float64(chunks);
  const job = { signal };
  let plan: Plan = { h: 1, near: true, lowered: false, sides: [0, 0, 0] };
  let mesh: Mesh | undefined;
  let starts = space.int32(3);

  async function replan(y: Block, box: Box): Promise<void> {
    const extents = extentsOf(box);
    // how crowded it is, by cells of a middling width
    const most = dims === 2 ? 256 : 40;
    const h = Math.max(MIDDLING, Math.max(...extents) / (most - 2));
    // one more than there should be, for rounding
    const sides = extents.map((extent) => Math.floor(extent / h) + 2);
    const [w, n1, n0] = dims === 2 ? [sides[0], 1, sides[1]] : sides;
    const coarse = space.int32(w * n1 * n0 + 2);
    geo.view.set([h, 1 / h, box.least[0], box.least[dims - 2], box.least[dims - 1], 0, w, n1, n0, 0]);
    const squares = space.call('sortCells', y, n, dims, geo, cells, coarse, order, sorted, room, 1);
    coarse.free();
    const crowd = { mean: squares / n, h };
    const best = choosePlan(box, n, crowd);
    if (mesh && fits(plan, extents) && cost(plan, n, crowd) < 1.25 * cost(best, n, crowd)) return;
    mesh?.free();
    plan = best;
    mesh = await buildMesh(space, plan, job);
    starts.free();
    starts = space.int32(mesh.n0 * mesh.n1 * mesh.w + 2);
  }

  function setGeometry({ least, most }: Box): void {
    if (exact || !mesh) {
      geo.view.set([1, 0, 0, 0, 0, -1, 1, 1, 1, 0]);
      return;
    }
    const { h, near, lowered } = plan;
    const { w, n1, n0 } = mesh;
    const origin = (c: number, side: number): number => (least[c] + most[c]) / 2 - (side / 2) * h;
    const limit = near ? (REACH * h) ** 2 : 0;
    const origins = [origin(0, w), dims === 3 ? origin(1, n1) : 0, origin(dims - 1, n0)];
    geo.view.set([h, 1 / h, ...origins, limit, w, n1, n0, lowered ? n : 0]);
  }

  let turn = 0;
  return {
    async place(y, box) {
      if (!exact) {
        if (!mesh || turn % REPLAN === 0 || !fits(plan, extentsOf(box))) await replan(y, box);
        turn++;
      }
      setGeometry(box);
      space.call('sortCells', y, n, dims, geo, cells, starts, order, sorted, room, 0);
      if (!mesh) return;
      const { grid, n0 } = mesh;
      grid.clear();
      const bands = Math.ceil(n0 / BAND);
      for (const parity of [0, 1]) {
        const some = (bands + 1 - parity) >> 1;
        await space.parallel('spread', some, [parity, dims, geo, starts, sorted, room, grid], job);
      }
      await mesh.convolve();
    },
    async atSources(out) {
      const args = [dims, geo, starts, sorted, room, mesh?.grid ?? 0, sorted, room, n, order, out, sums];
      await space.parallel('repulse', chunks, args, job);
      let total = 0;
      const parts = sums.view;
      for (let i = 0; i < chunks; i++) total += parts[i];
      return total;
    },
    async at(places, m, out) {
      const some = Math.ceil(m / TARGETS);
      const parts = space.float64(some);
      const args = [dims, geo, starts, sorted, room, mesh?.grid ?? 0, places, places.length / dims, m, 0, out, parts];
      await space.parallel('repulse', some, args, job);
      parts.free();
    },
    get grid() {
      return plan;
    },
  };
}

const extentsOf = ({ least, most }: Box): number[] => most.map((value, c) => value - least[c]);

/** Whether the points fit, and are not so few cells wide that the kernel's start is all they see. */
function fits({ h, sides, lowered }: Plan, extents: readonly number[]): boolean {
  const axes = extents.length === 2 ? [sides[2], sides[0]] : [sides[2], sides[1], sides[0]];
  if (lowered && Math.max(...extents) > TINY) return false;
  return axes.every((m, c) => extents[c] / h + MARGIN <= m / 2);
}

/** The cheapest of the widths, with room to grow. */
function choosePlan(box: Box, n: number, crowd: Crowd): Plan {
  const extents = extentsOf(box);
  const dims = extents.length as 2 | 3;
  const widest = Math.max(...extents);
  const sidesFor = (h: number): Plan['sides'] => {
    const [inner, ...others] = extents.map((extent) => goodSide(2 * (1.06 * (extent / h) + MARGIN)));
    return dims === 2 ? [others[0], 1, inner] : [others[1], others[0], inner];
  };
  if (widest <= TINY) {
    // not so narrow that single precision could not tell places in a cell apart
    const h = Math.max(widest / 5, 1e-5 * Math.max(1e-6, ...box.least.map(Math.abs), ...box.most.map(Math.abs)));
    return { h, near: false, lowered: true, sides: sidesFor(h) };
  }
  const candidates = [{ h: FINE, near: false }, ...WIDTHS.map((h) => ({ h, near: true }))];
  const plans = candidates.map((each): Plan => ({ ...each, lowered: false, sides: sidesFor(each.h) }));
  const within = plans.filter(({ sides }) => sides.every((m) => m <= MOST_CELLS[dims]));
  if (within.length === 0) {
    const side = MOST_CELLS[dims];
    const h = (1.06 * widest) / (side / 2 - MARGIN);
    return { h, near: true, lowered: false, sides: dims === 2 ? [side, 1, side] : [side, side, side] };
  }
  return within.reduce((best, next) => (cost(next, n, crowd) < cost(best, n, crowd) ? next : best));
}

/** Mean number of points in a point's cell, the cells being h wide. */
interface Crowd {
  mean: number;
  h: number;
}

function cost({ h, near, sides }: Plan, n: number, crowd: Crowd): number {
  const dims = sides[1] === 1 ? 2 : 3;
  const size = sides[0] * sides[1] * sides[2];
  const transform = COST.fft * size * (32 - Math.clz32(size));
  if (!near) return transform;
  const inCell = Math.min(n, 1 + (crowd.mean - 1) * (h / crowd.h) ** dims);
  const side = 2 * REACH + 1;
  return transform + n * (side ** (dims - 1) * COST.row + inCell * side ** dims * COST.pair);
}

/** Lengths that are 16 times a product of 2, 3 and 5: two columns of eight fit the half that is used. */
function goodSide(least: number): number {
  for (let m = 16 * Math.max(2, Math.ceil(least / 16)); ; m += 16) if (radicesOf(m)) return m;
}

/** The factors 4, 2, 3 and 5 of m; undefined where there are others. */
function radicesOf(m: number): number[] | undefined {
  const out: number[] = [];
  for (const r of [5, 3, 4, 2]) {
    for (; m % r === 0; m /= r) out.push(r);
  }
  return m === 1 ? out : undefined;
}

/** A grid with the transformed kernel beside it. */
interface Mesh {
  readonly grid: Block<Float32Array>;
  readonly n0: number;
  readonly n1: number;
  readonly w: number;
  /** the charges on the grid → their potential */
  convolve(): Promise<void>;
  free(): void;
}

/** Bytes of a complex number on four lanes. */
const ELEMENT = 32;

async function buildMesh(
  space: Workspace,
  { h, near, lowered, sides }: Plan,
  job: { signal?: AbortSignal },
): Promise<Mesh> {
  const [m0, m1, m2] = sides;
  const axes = sides.map((m) => axisOf(space, m));
  const groups = Math.ceil((m0 / 2 + 1) / 4);
  const outerBytes = 2 * (m0 + 4) * ELEMENT;
  const innerBytes = (m1 * m2 + 2 * Math.max(m1, m2)) * ELEMENT;
  const scratch = space.uint8(space.threads * Math.max(outerBytes, innerBytes));
  const kernel = space.float32(groups * m1 * m2 * 4);

  const outer = (name: string, grid: Block, spectrum: Block, n0: number, n1: number, w: number): Promise<void> => {
    const args = [grid, n0, n1, w, m0, axes[0].table, axes[0].radices, spectrum, scratch, outerBytes];
    return space.parallel(name, (n1 * w) / 8, args, job);
  };
  const inner = (spectrum: Block, n1: number, w: number, factors: Block | 0): Promise<void> => {
    const tables = [axes[1].table, axes[1].radices, axes[2].table, axes[2].radices];
    const args = [spectrum, n1, w, m0, m1, m2, ...tables, kernel, factors, scratch, innerBytes];
    return space.parallel('inner', groups, args, job);
  };

  const full = space.float32(m0 * m1 * m2);
  const fullSpectrum = space.float32(groups * m1 * m2 * 8);
  const factors = space.float32(splineFactors(sides));
  await space.parallel('sampleKernel', m0, [full, m0, m1, m2, h, near ? (REACH * h) ** 2 : 0, lowered ? 1 : 0], job);
  await outer('outerForward', full, fullSpectrum, m0, m1, m2);
  await inner(fullSpectrum, m1, m2, factors);
  for (const block of [full, fullSpectrum, factors]) block.free();

  const [n0, n1, w] = [m0 / 2, Math.max(1, m1 / 2), m2 / 2];
  const grid = space.float32(n0 * n1 * w + 8);
  const spectrum = space.float32(groups * n1 * w * 8);
  return {
    grid,
    n0,
    n1,
    w,
    async convolve() {
      await outer('outerForward', grid, spectrum, n0, n1, w);
      await inner(spectrum, n1, w, 0);
      await outer('outerInverse', grid, spectrum, n0, n1, w);
    },
    free() {
      for (const block of [grid, spectrum, kernel, scratch]) block.free();
      for (const { table, radices } of axes) for (const block of [table, radices]) block.free();
    },
  };
}

function axisOf(space: Workspace, m: number): Axis {
  const roots = unitRoots(m);
  const radices = radicesOf(m) ?? [];
  return { m, table: space.float32(roots), radices: space.int32([radices.length, ...radices]) };
}

/**
 * What the kernel's spectrum is multiplied by, axis by axis: the cubic B-spline's spectrum at the nodes, twice (once to
 * spread, once to read), is divided out, so that the splines interpolate; and the transforms' doubling and length.
 */
function splineFactors([m0, m1, m2]: readonly number[]): Float32Array {
  const padded = (m0 + 7) & ~7;
  const out = new Float32Array(padded + m1 + m2);
  const fill = (at: number, m: number, scale: number): void => {
    const roots = unitRoots(m);
    for (let k = 0; k < m; k++) out[at + k] = scale * (m === 1 ? 1 : (6 / (4 + 2 * roots[2 * k])) ** 2);
  };
  fill(0, m0, 1 / (4 * m0 * m1 * m2));
  fill(padded, m1, 1);
  fill(padded + m1, m2, 1);
  return out;
}

/** cos and −sin of 2πj/n, [n, 2], from sums and products alone, so that they are the same in every engine. */
export function unitRoots(n: number): Float64Array {
  const out = new Float64Array(2 * n);
  for (let j = 0; j < n; j++) {
    // in eighths of a turn, each from the axis next to it, where the series are short
    const quarter = Math.floor((4 * j) / n + 0.5);
    const angle = ((2 * Math.PI) / n) * (j - (quarter * n) / 4);
    let [cos, sin] = [1, angle];
    for (let i = 2, [even, odd] = [1, angle]; i < 24; i += 2) {
      even *= (-angle * angle) / (i * (i - 1));
      odd *= (-angle * angle) / (i * (i + 1));
      cos += even;
      sin += odd;
    }
    const turned = [
      [cos, sin],
      [-sin, cos],
      [-cos, -sin],
      [sin, -cos],
    ][quarter % 4];
    out[2 * j] = turned[0];
    out[2 * j + 1] = -turned[1];
  }
  return out;
}
