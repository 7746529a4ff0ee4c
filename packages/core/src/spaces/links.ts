/** Links between things: a table whose rows are pairs of names, as the methods for hierarchies and graphs take it. */
import { InputError } from '../base/index.ts';
import type { Matrix, Options, OptionSpec } from '../base/index.ts';
import { readRows, rowsOf } from '../data/index.ts';
import type { Column, Dataset } from '../data/index.ts';

/** Each link once, from one node to another; nodes are numbered in the order in which they come. */
export interface Links {
  readonly nodes: readonly string[];
  /** [nLinks], indices into `nodes` */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** [nLinks], above 0, where links weigh more and less */
  readonly weights?: Float64Array;
  readonly warnings: readonly string[];
}

/** For each node, those that it leads to: `to[start[i]] … to[start[i + 1] − 1]`, rising. */
export interface Adjacency {
  /** [nNodes + 1] */
  readonly start: Uint32Array;
  readonly to: Uint32Array;
  /** of each of `to` */
  readonly weights?: Float64Array;
}

export const LINK_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'source',
    type: 'text',
    default: '',
    summary:
      'The column of the nodes that links lead from; left empty, one called source, child or from, or the first.',
  },
  {
    name: 'target',
    type: 'text',
    default: '',
    summary: 'The column of the nodes that links lead to; left empty, one called target, parent or to, or the second.',
  },
];

/** For methods to which it makes a difference how much links weigh. */
export const WEIGHT_OPTION: OptionSpec = {
  name: 'weight',
  type: 'text',
  default: '',
  summary: 'The column of how much links weigh; left empty, one called weight, if there is one; none: all weigh alike.',
};

/** Pairs of names that tables of links commonly have. */
const KNOWN = [
  ['source', 'target'],
  ['child', 'parent'],
  ['from', 'to'],
] as const;

/**
 * The links of a data set: each row is one. Where they have weights, those of a link that comes more than once add up.
 * @throws InputError when there are no such columns, no link between two nodes, or a weight is no number or below 0
 */
export function linksOf(dataset: Dataset, options: Options): Links {
  const weight = weightOf(dataset, options.weight as string | undefined);
  const [source, target] = endsOf(dataset, options.source as string, options.target as string, weight);
  const [sources, targets] = [namesIn(dataset, source), namesIn(dataset, target)];
  const indexOf = new Map<string, number>();
  const index = (name: string): number => {
    let known = indexOf.get(name);
    if (known === undefined) indexOf.set(name, (known = indexOf.size));
    return known;
  };
  const given = weight === undefined ? undefined : weightsIn(dataset, weight);
  const seen = new Map<string, number>();
  const weights: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const left = { missing: 0, loops: 0, repeated: 0, weightless: 0 };
  for (let row = 0; row < sources.length; row++) {
    if (sources[row] === '' || targets[row] === '') left.missing++;
    else {
      const [a, b] = [index(sources[row]), index(targets[row])];
      const key = `${a} ${b}`;
      const known = seen.get(key);
      if (a === b) left.loops++;
      else if (given?.[row] === 0) left.weightless++;
      else if (known !== undefined) {
        left.repeated++;
        if (given) weights[known] += given[row];
      } else {
        seen.set(key, from.length);
        from.push(a);
        to.push(b);
        if (given) weights.push(given[row]);
      }
    }
  }
  if (from.length === 0) {
    const why = left.loops > 0 ? 'they lead from nodes to themselves' : `${source} or ${target} is empty in every row`;
    throw new InputError(`${dataset.name} has ${sources.length} rows and no link between two nodes: ${why}`, {
      code: 'no-links',
    });
  }
  const total = sources.length;
  return {
    nodes: [...indexOf.keys()],
    from: Uint32Array.from(from),
    to: Uint32Array.from(to),
    ...(given && { weights: Float64Array.from(weights) }),
    warnings: [
      ...(left.missing > 0 ? [`${left.missing} of ${total} rows name only one node, or none, and were left out`] : []),
      ...(left.loops > 0 ? [`${left.loops} of ${total} links lead from a node to itself and were left out`] : []),
      ...(left.repeated > 0
        ? [
            `${left.repeated} of ${total} links come more than once and ${given ? 'their weights add up' : 'count once'}`,
          ]
        : []),
      ...(left.weightless > 0 ? [`${left.weightless} of ${total} links weigh nothing and were left out`] : []),
    ],
  };
}

/** Links by the node that they lead from. */
export function adjacencyOf(nNodes: number, { from, to, weights }: Pick<Links, 'from' | 'to' | 'weights'>): Adjacency {
  const start = new Uint32Array(nNodes + 1);
  for (const node of from) start[node + 1]++;
  for (let i = 0; i < nNodes; i++) start[i + 1] += start[i];
  const next = start.slice();
  const order = new Uint32Array(to.length);
  for (let i = 0; i < from.length; i++) order[next[from[i]]++] = i;
  for (let i = 0; i < nNodes; i++) order.subarray(start[i], start[i + 1]).sort((a, b) => to[a] - to[b]);
  return {
    start,
    to: order.map((link) => to[link]),
    ...(weights && { weights: Float64Array.from(order, (link) => weights[link]) }),
  };
}

/** How many links each node has, in either direction. */
export function degreesOf({ nodes, from, to }: Links): Float64Array {
  const degrees = new Float64Array(nodes.length);
  for (let i = 0; i < from.length; i++) {
    degrees[from[i]]++;
    degrees[to[i]]++;
  }
  return degrees;
}

/** What a space of nodes places: their codes, names and figures. */
export function nodeItems(name: string, nodes: readonly string[], codes: Matrix, figures: Column[]): Dataset {
  return {
    name,
    rows: rowsOf(codes),
    columns: [{ name: 'name', type: 'text', values: [...nodes] }, ...figures],
    medium: { kind: 'vector' },
    warnings: [],
  };
}

/** The names of both columns, as they were given or as tables of links commonly have them. */
function endsOf(dataset: Dataset, source: string, target: string, weight: string | undefined): [string, string] {
  const { name } = dataset;
  const there = columnsOf(dataset).filter((each) => each !== weight);
  for (const wanted of [source, target]) {
    if (wanted !== '' && !there.includes(wanted)) {
      throw new InputError(`${name} has no column ${wanted}; its columns: ${there.join(', ') || 'none'}`, {
        code: 'no-column',
      });
    }
  }
  const lower = there.map((each) => each.toLowerCase());
  const pair = KNOWN.find((ends) => ends.every((end) => lower.includes(end)));
  const [first, second] = pair?.map((end) => there[lower.indexOf(end)]) ?? there;
  const ends: [string, string] = [source || first, target || second];
  if ((pair || there.length === 2 || (source && target)) && ends[0] !== ends[1]) return ends;
  throw new InputError(
    `${name} is to be a table of links, with a column source and a column target; it has ${there.join(', ') || 'no columns'}: name two of them as source and target`,
    { code: 'no-links' },
  );
}

function columnsOf({ columns, featureNames, rows }: Dataset): string[] {
  const features = featureNames ?? Array.from({ length: Math.min(rows.nFeatures, 2) }, (_, j) => String(j));
  return [...columns.map((column) => column.name), ...features];
}

/** The column of weights, if there is one; `wanted` is undefined for methods that take none. */
function weightOf(dataset: Dataset, wanted: string | undefined): string | undefined {
  if (wanted === undefined || wanted === 'none') return undefined;
  const there = columnsOf(dataset);
  if (wanted === '') return there.find((each) => each.toLowerCase() === 'weight');
  if (there.includes(wanted)) return wanted;
  throw new InputError(`${dataset.name} has no column ${wanted}; its columns: ${there.join(', ') || 'none'}`, {
    code: 'no-column',
  });
}

function weightsIn(dataset: Dataset, name: string): Float64Array {
  return Float64Array.from(namesIn(dataset, name), (text, row) => {
    const weight = text.trim() === '' ? NaN : Number(text);
    if (weight >= 0 && weight < Infinity) return weight;
    throw new InputError(
      `${dataset.name}: the weight in row ${row}, column ${name}, is ${text === '' ? 'missing' : text}; expected a number of at least 0, or the option weight none`,
      { code: 'weight', details: { row, column: name } },
    );
  });
}

/** A column's or a feature's values as names; empty where there is none. */
function namesIn(dataset: Dataset, name: string): readonly string[] {
  const column = dataset.columns.find((each) => each.name === name);
  switch (column?.type) {
    case 'text':
      return column.values;
    case 'category':
      return Array.from(column.codes, (code) => column.categories[code] ?? '');
    case 'number':
    case 'time':
      return Array.from(column.values, (value) => (Number.isNaN(value) ? '' : String(value)));
  }
  const at = dataset.featureNames?.indexOf(name) ?? Number(name);
  const x = readRows(dataset.rows);
  return Array.from({ length: x.rows }, (_, i) => String(x.data[i * x.cols + at]));
}
