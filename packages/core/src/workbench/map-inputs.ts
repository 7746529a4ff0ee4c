/** What a map is made from: the numbers of an item, the labels beside them, neighbours and coordinates that are given. */
import { InputError, checkFinite, isAbort, matrix } from '../base/index.ts';
import type { Matrix, Options } from '../base/index.ts';
import { columnNamed, readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import type { MapJob } from '../maps/index.ts';
import type { Neighbors } from '../neighbors/index.ts';
import { codes, readMatrix } from './apply.ts';
import { useDataset } from './datasets.ts';
import type { Desk } from './desk.ts';
import type { DataInfo, ItemInfo, MapArgs } from './workbench.ts';

/** A data set's rows, a space's codes, a map's coordinates. */
export async function numbersOf(desk: Desk, item: ItemInfo): Promise<Matrix> {
  switch (item.kind) {
    case 'data':
      checkNumbers(item);
      return useDataset(desk, item, (dataset) => readRows(dataset.rows));
    case 'space':
      if (!(item.coded ?? item.encodes))
        throw new InputError(`${item.id} has no encoder for its data, so it keeps no codes`, { code: 'no-encode' });
      return codes(desk, { space: item.id });
    case 'map':
      return readMatrix(desk, 'maps', item.id, 'coordinates.npy');
  }
}

/** @throws InputError when a data set is of texts or links alone */
export function checkNumbers({ id, nFeatures }: DataInfo): void {
  if (nFeatures > 0) return;
  const why = `${id} holds no numbers to measure by; learn a space from it, and take that instead`;
  throw new InputError(why, { code: 'no-numbers' });
}

/** Squares of what lies between, and sums of many such squares, are single-precision numbers. */
const GREATEST = 1e15;
const LEAST = 1e-15;

/** @throws InputError when distances between the rows would overflow, or vanish */
export function checkScale({ data }: Matrix, of: string): void {
  let greatest = 0;
  for (const value of data) greatest = Math.max(greatest, Math.abs(value));
  if (greatest === 0 || (greatest >= LEAST && greatest <= GREATEST)) return;
  throw new InputError(
    `the greatest number in ${of} is ${greatest.toPrecision(3)}, expected one from ${LEAST} to ${GREATEST.toExponential().replace('+', '')}, for distances to be told: ${greatest > 1 ? 'divide' : 'multiply'} the columns first`,
    { code: 'scale' },
  );
}

/**
 * The label of each row: of the column named, else of the data's own label.
 * @returns undefined when the data has none, has been removed, or is other data by now
 * @throws InputError when the column that is named is not there or has no categories
 */
export async function labelCodes(desk: Desk, data: string, n: number, label?: string): Promise<Int32Array | undefined> {
  try {
    const info = await desk.items.findKind(data, 'data');
    return await useDataset(desk, info, (dataset) => {
      if (dataset.rows.nSamples !== n) return undefined;
      return label === undefined ? labelsOf(dataset) : categoriesOf(dataset, label);
    });
  } catch (error) {
    if (label !== undefined || isAbort(error) || !(error instanceof InputError)) throw error;
    return undefined;
  }
}

function labelsOf({ columns, label }: Dataset): Int32Array | undefined {
  const column = columns.find((column) => column.name === label);
  return column?.type === 'category' ? column.codes : undefined;
}

function categoriesOf(dataset: Dataset, name: string): Int32Array {
  const column = columnNamed(dataset, name);
  if (column.type === 'category') return column.codes;
  const there = dataset.columns.filter(({ type }) => type === 'category').map((other) => other.name);
  throw new InputError(
    `the column ${name} is a ${column.type}, expected one of categories: ${there.join(', ') || 'there is none'}`,
    { code: 'no-labels' },
  );
}

/**
 * Neighbours from elsewhere, checked and put in order. A row's own index, which some programs give as its nearest, is
 * left out.
 * @param x  [n, d]
 */
export function givenNeighbors(x: Matrix, { indices, distances }: NonNullable<MapArgs['neighbors']>): Neighbors {
  const n = x.rows;
  const width = indices.length / n;
  if (!Number.isInteger(width) || width < 1 || (distances && distances.length !== indices.length)) {
    throw new InputError(
      `the neighbours are ${indices.length} indices${distances ? ` and ${distances.length} distances` : ''}, expected as many for each of ${n} rows`,
      { code: 'neighbors' },
    );
  }
  const wrong = indices.findIndex((index) => index >= n);
  if (wrong >= 0) {
    throw new InputError(
      `row ${Math.floor(wrong / width)} has ${indices[wrong]} as a neighbour, expected rows from 0 to ${n - 1}`,
      { code: 'neighbors' },
    );
  }
  if (distances) checkFinite(matrix(n, width, distances), 'the distances to the neighbours');
  const withSelf = indices.every((index, i) => i % width > 0 || index === i / width);
  const k = withSelf ? width - 1 : width;
  if (k === 0) throw new InputError('each row has only itself as a neighbour', { code: 'neighbors' });
  const out: Neighbors = { nNeighbors: k, indices: new Uint32Array(n * k), distances: new Float32Array(n * k) };
  for (let i = 0; i < n; i++) {
    const places = Array.from({ length: k }, (_, j) => i * width + (width - k) + j);
    const near = places.map((at) => ({ index: indices[at], far: distances?.[at] ?? apart(x, i, indices[at]) }));
    near.sort((a, b) => a.far - b.far || a.index - b.index);
    near.forEach(({ index, far }, j) => {
      out.indices[i * k + j] = index;
      out.distances[i * k + j] = far;
    });
  }
  return out;
}

function apart({ data, cols }: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < cols; c++) sum += (data[i * cols + c] - data[j * cols + c]) ** 2;
  return Math.sqrt(sum);
}

/** Where a map begins: at an earlier one, with its iterations when it is that one gone on with; or at what is brought. */
export async function startOf(
  desk: Desk,
  { of, from: id, coordinates }: MapArgs,
  { method, options, rows }: { method: string; options: Options; rows: number },
): Promise<MapJob['start']> {
  if (coordinates) {
    checkFinite(coordinates, 'the coordinates');
    return { coordinates };
  }
  if (id === undefined) return undefined;
  const earlier = await desk.items.findKind(id, 'map');
  const begin = await numbersOf(desk, earlier);
  if (begin.rows !== rows) {
    throw new InputError(`${id} has ${begin.rows} points and ${of} has ${rows}; name a map of as many points`, {
      code: 'wrong-start',
    });
  }
  const same =
    earlier.stopped && earlier.method === method && (earlier.space ?? earlier.data) === of && alike(earlier, options);
  return { coordinates: begin, ...(same && { iteration: earlier.iterations }) };
}

function alike(earlier: { options: Options }, options: Options): boolean {
  return Object.keys(options).every((name) => JSON.stringify(earlier.options[name]) === JSON.stringify(options[name]));
}
