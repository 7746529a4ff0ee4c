/** Tables of links, hierarchies, and how well codes tell links: closed forms, oracles, bad input. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish, matrix, matrixOf, random } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import type { Column, Dataset } from '../data/index.ts';
import { ancestorsOf, depthsOf } from './hierarchy.ts';
import { adjacencyOf, degreesOf, linksOf } from './links.ts';
import type { Adjacency, Links } from './links.ts';
import { linksQualitySteps } from './links-quality.ts';

const ANY = { source: '', target: '' };

const table = (columns: Column[], more: Partial<Dataset> = {}): Dataset => ({
  name: 'pairs',
  rows: rowsOf(matrix(3, 0)),
  columns,
  medium: { kind: 'text' },
  warnings: [],
  ...more,
});
const texts = (name: string, values: string[]): Column => ({ name, type: 'text', values });
const linksFrom = (pairs: [string, string][]): Links =>
  linksOf(
    table([
      texts(
        'source',
        pairs.map(([a]) => a),
      ),
      texts(
        'target',
        pairs.map(([, b]) => b),
      ),
    ]),
    ANY,
  );
const listsOf = ({ start, to }: Adjacency): number[][] =>
  Array.from({ length: start.length - 1 }, (_, i) => [...to.subarray(start[i], start[i + 1])]);

describe('links of a table', () => {
  it('are read from columns of any type, and from features', () => {
    const category: Column = { name: 'b', type: 'category', codes: Int32Array.of(1, 0, -1), categories: ['x', 'y'] };
    const numbers: Column = { name: 'n', type: 'number', values: Float64Array.of(7, NaN, 9) };
    const links = linksOf(table([texts('a', ['p', 'q', 'r']), category]), ANY);
    expect(links).toMatchObject({ nodes: ['p', 'y', 'q', 'x'], from: Uint32Array.of(0, 2), to: Uint32Array.of(1, 3) });
    expect(links.warnings).toEqual([expect.stringMatching(/^1 of 3 rows/)]);
    expect(linksOf(table([texts('a', ['p', 'q', 'r']), numbers]), ANY).nodes).toEqual(['p', '7', 'r', '9']);
    const features = {
      rows: rowsOf(
        matrixOf([
          [1, 2],
          [2, 5],
        ]),
      ),
      featureNames: ['from', 'to'],
    };
    expect(linksOf(table([texts('kind', ['a', 'b'])], features), ANY).nodes).toEqual(['1', '2', '5']);
    expect(linksOf(table([], { rows: features.rows }), ANY).nodes).toEqual(['1', '2', '5']);
  });

  it('are of the columns that are named, or that commonly hold links', () => {
    const three = [texts('Parent', ['a', 'b']), texts('note', ['s', 't']), texts('child', ['x', 'y'])];
    const { nodes, from, to } = linksOf(table(three), ANY);
    expect(Array.from(from, (i) => nodes[i])).toEqual(['x', 'y']);
    expect(Array.from(to, (i) => nodes[i])).toEqual(['a', 'b']);
    expect(linksOf(table(three), { source: 'note', target: 'Parent' }).nodes).toEqual(['s', 'a', 't', 'b']);
    expect(() => linksOf(table(three), { source: 'nope', target: '' })).toThrow(/no column nope; its columns: Parent/);
    const unknown = [texts('x', ['a']), texts('y', ['b']), texts('z', ['c'])];
    expect(() => linksOf(table(unknown), ANY)).toThrow(/table of links.*it has x, y, z: name two of them/);
    expect(() => linksOf(table([]), ANY)).toThrow(/it has no columns/);
  });

  it('count once, and not where they lead to themselves', () => {
    const { from, warnings } = linksFrom([['a', 'b'], ['a', 'b'], ['b', 'b'], ['b', 'a']]); // prettier-ignore
    expect(from).toEqual(Uint32Array.of(0, 1));
    expect(warnings).toEqual([
      '1 of 4 links lead from a node to itself and were left out',
      '1 of 4 links come more than once and count once',
    ]);
    expect(() => linksFrom([['a', 'a']])).toThrow(/no link between two nodes: they lead from nodes to themselves/);
  });
});

describe('hierarchies', () => {
  it('know all that lies above, and how deep each node lies', () => {
    // a diamond with a tail: d → b, c → a; e → d; a second tree g → f
    const links = linksFrom([['d', 'b'], ['d', 'c'], ['b', 'a'], ['c', 'a'], ['e', 'd'], ['g', 'f']]); // prettier-ignore
    const names = (indices: number[]): string => indices.map((i) => links.nodes[i]).sort().join(''); // prettier-ignore
    const above = Object.fromEntries(listsOf(ancestorsOf(links)).map((list, i) => [links.nodes[i], names(list)]));
    expect(above).toEqual({ a: '', b: 'a', c: 'a', d: 'abc', e: 'abcd', f: '', g: 'f' });
    const depths = Object.fromEntries(Array.from(depthsOf(links), (depth, i) => [links.nodes[i], depth]));
    expect(depths).toEqual({ a: 0, b: 1, c: 1, d: 2, e: 3, f: 0, g: 1 });
    expect(degreesOf(links)[links.nodes.indexOf('d')]).toBe(3);
  });

  it('have the closure that a walk up from every node finds, of any links that only lead up', () => {
    const upward = fc
      .array(fc.tuple(fc.nat(12), fc.nat(12)), { minLength: 1, maxLength: 40 })
      .map((pairs) =>
        pairs.filter(([a, b]) => a !== b).map(([a, b]): [number, number] => [Math.max(a, b), Math.min(a, b)]),
      );
    fc.assert(
      fc.property(upward, (pairs) => {
        fc.pre(pairs.length > 0);
        const links = linksFrom(pairs.map(([a, b]) => [String(a), String(b)]));
        const { start, to } = adjacencyOf(links.nodes.length, links);
        const reach = (node: number): Set<number> =>
          new Set([...to.subarray(start[node], start[node + 1])].flatMap((parent) => [parent, ...reach(parent)]));
        listsOf(ancestorsOf(links)).forEach((list, node) =>
          expect(list).toEqual([...reach(node)].sort((a, b) => a - b)),
        );
      }),
    );
  });

  it('refuse links that lead round, and name them', () => {
    const links = linksFrom([['x', 'a'], ['a', 'b'], ['b', 'c'], ['c', 'a']]); // prettier-ignore
    expect(() => ancestorsOf(links)).toThrow(/links lead round: a → b → c → a; .*closure false/);
    expect([...depthsOf(links)]).toEqual([NaN, NaN, NaN, NaN]);
  });
});

describe('how well codes tell links', () => {
  const star = adjacencyOf(4, linksFrom([['b', 'a'], ['c', 'a'], ['d', 'a']])); // prettier-ignore
  const quality = (rows: number[][], links: Adjacency = star, distance: 'euclidean' | 'cosine' = 'euclidean') =>
    finish(linksQualitySteps(matrixOf(rows), links, distance));

  it('is 1 where linked nodes are nearest, and at its worst where they are furthest', () => {
    // b, a, c, d in the order of their first naming
    expect(quality([[1, 0], [0, 0], [-1, 0], [0, 1]])).toEqual({ meanAveragePrecision: 1, meanRank: 1 }); // prettier-ignore
    const { meanAveragePrecision, meanRank } = quality([
      [0.1, 0],
      [9, 9],
      [0, 0.1],
      [0, 0],
    ]);
    expect(meanAveragePrecision).toBeCloseTo(1 / 3, 12);
    expect(meanRank).toBe(3);
  });

  it('counts half of what is equally far, so that codes that say nothing gain nothing', () => {
    expect(
      quality([
        [2, 2],
        [2, 2],
        [2, 2],
        [2, 2],
      ]).meanRank,
    ).toBe(2);
  });

  it('agrees with the definition on random codes', () => {
    const rng = random(4);
    const links = adjacencyOf(20, {
      from: Uint32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3)),
      to: Uint32Array.from({ length: 60 }, (_, i) => (Math.floor(i / 3) + 1 + 5 * (i % 3)) % 20),
    });
    const codes = Array.from({ length: 20 }, () => [rng.normal(), rng.normal(), rng.normal()]);
    const single = codes.map((code) => code.map(Math.fround));
    let total = 0;
    listsOf(links).forEach((own, node) => {
      const others = single.map((_, i) => i).filter((i) => i !== node);
      const far = (i: number): number => Math.hypot(...single[i].map((x, c) => x - single[node][c]));
      const order = others.sort((a, b) => far(a) - far(b));
      const places = own.map((i) => order.indexOf(i) + 1).sort((a, b) => a - b);
      total += places.reduce((sum, place, i) => sum + (i + 1) / place, 0) / own.length;
    });
    expect(quality(codes, links).meanAveragePrecision).toBeCloseTo(total / 20, 10);
    const scaled = codes.map((code, i) => code.map((x) => x * (i + 1)));
    expect(quality(scaled, links, 'cosine')).toEqual(quality(codes, links, 'cosine'));
  });
});
