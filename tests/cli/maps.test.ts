/** Maps, neighbours and what goes out of them, as a person asks for them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '@portolan/core/base';
import { readNpy, writeNpy } from '@portolan/core/data';
import { keptFolder, run, runJson } from './portolan.fixture.ts';

const N = 90;
const D = 5;

/** Three groups of points, and a table that says which. */
function writePoints(folder: string, name: string, n: number, seed: number): Float32Array {
  const rng = random(seed);
  const data = Float32Array.from({ length: n * D }, (_, i) => (Math.floor(i / D) % 3) * 4 * (i % 2) + rng.normal());
  writeFileSync(join(folder, `${name}.npy`), writeNpy({ shape: [n, D], data }));
  const lines = Array.from({ length: n }, (_, i) => `${'abc'[i % 3]},${i}`);
  writeFileSync(join(folder, `${name}.csv`), `group,size\n${lines.join('\n')}\n`);
  return data;
}

const npy = async (path: string) => readNpy(new Uint8Array(readFileSync(path)), path);

let folder: string;
let rows: Float32Array;
let made: Record<string, unknown>;
const near = (of: ArrayLike<number>, d: number, i: number): number[] => {
  const far = (j: number): number => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (of[i * d + c] - of[j * d + c]) ** 2;
    return sum;
  };
  return Array.from({ length: of.length / d }, (_, j) => j)
    .filter((j) => j !== i)
    .sort((a, b) => far(a) - far(b));
};

beforeAll(async () => {
  folder = keptFolder();
  rows = writePoints(folder, 'points', N, 1);
  writePoints(folder, 'more', 30, 2);
  for (const name of ['points', 'more']) {
    await runJson(folder, 'data', 'add', `${name}.npy`, '--labels', `${name}.csv`, '--label', 'group');
  }
  made = await runJson(folder, 'map', 'points', '--name', 'chart', '--seed', '0');
});

describe('portolan map', () => {
  it('says how far the map can be believed', async () => {
    expect(made).toMatchObject({ map: 'chart', method: 'pca', data: 'points', stopped: false, warnings: [] });
    expect(made.quality).toMatchObject({
      trustworthiness: expect.any(Number) as number,
      continuity: expect.any(Number) as number,
      neighborRecall: expect.any(Number) as number,
      labelAccuracy: expect.any(Number) as number,
      sampleSize: N,
    });
    expect(made.cautions).toBeInstanceOf(Array);
    const { stdout } = await run(folder, 'map', 'points');
    expect(stdout).toMatch(/^trustworthiness +0\.\d+$/m);
    expect(stdout).toMatch(/^Points that are close on the map are .* \(trustworthiness 0\.\d+\)\.$/m);
    expect(stdout).toMatch(/^measured +15 neighbours of 90 samples$/m);
  });

  it('by UMAP, with what it cautions against; stopped in time it is kept', async () => {
    const umap = ['map', 'points', '--method', 'umap', '--n-neighbors', '15', '--min-dist', '0.1', '--seed', '0'];
    const whole = await runJson(folder, ...umap);
    expect(whole).toMatchObject({
      map: 'points-rows-umap',
      stopped: false,
      quality: { trustworthiness: expect.any(Number) as number, labelAccuracy: expect.any(Number) as number },
      options: { nNeighbors: 15, minDist: 0.1, seed: 0 },
    });
    expect(whole.iterations).toBeGreaterThan(0);
    expect((whole.cautions as string[]).length).toBeGreaterThan(0);
    const long = ['--n-epochs', '100000', '--stop-after', '1', '--name', 'early'];
    const early = await runJson(folder, ...umap, ...long);
    expect(early).toMatchObject({ map: 'early', stopped: true });
    const { stdout } = await run(folder, 'show', 'early');
    expect(stdout).toMatch(/^iterations +[\d,]+, stopped early$/m);
    const unknown = await run(folder, 'map', 'points', '--method', 'pca', '--min-dist', '0.1');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/^portolan: pca has no --min-dist/) as string,
    ]);
  });

  it('is the same for the same seed and however many threads, reproducibly', async () => {
    const [one, two] = await Promise.all(
      ['1', '2'].map((threads) => runJson(folder, 'map', 'points', '--threads', threads, '--reproducible')),
    );
    expect(one.quality).toEqual(two.quality);
    await runJson(folder, 'export', 'map', one.map, '--out', 'one.npy');
    await runJson(folder, 'export', 'map', two.map, '--out', 'two.npy');
    expect(readFileSync(join(folder, 'one.npy'))).toEqual(readFileSync(join(folder, 'two.npy')));
  });

  it('takes coordinates from elsewhere, and turns to an earlier map', async () => {
    const lines = Array.from({ length: N }, (_, i) => `${i % 3},${i / N}`);
    writeFileSync(join(folder, 'mine.csv'), `x,y\n${lines.join('\n')}\n`);
    const mine = await runJson(folder, 'map', 'points', '--coordinates', 'mine.csv', '--name', 'mine');
    expect(mine).toMatchObject({ method: 'coordinates', nComponents: 2 });
    const turned = await runJson(folder, 'map', 'points', '--align', 'mine');
    expect(turned).toMatchObject({ align: 'mine' });
    expect((turned.quality as { trustworthiness: number }).trustworthiness).toBeCloseTo(
      (made.quality as { trustworthiness: number }).trustworthiness,
      5,
    );
    // what was exported is a map again, its other columns left aside
    await runJson(folder, 'export', 'map', 'mine', '--out', 'again.csv');
    const again = await runJson(folder, 'map', 'points', '--coordinates', 'again.csv', '--name', 'again');
    expect(again).toMatchObject({ nComponents: 2, quality: mine.quality });
    const unplaced = await run(folder, 'place', 'mine', 'more', '--out', 'x.npy');
    expect([unplaced.code, unplaced.stderr]).toEqual([1, expect.stringMatching(/no way to place/) as string]);
  });

  it.each<[string, string[], RegExp]>([
    ['a method that is none', ['points', '--method', 'umop'], /method.*umop/],
    ['an option that is none', ['points', '--min-dust', '1'], /there is no flag --min-dust/],
    ['distances of no neighbours', ['points', '--distances', 'd.npy'], /--distances need --neighbors/],
    ['a time that is none', ['points', '--stop-after', 'soon'], /--stop-after is "soon", expected a number/],
    ['coordinates that are not there', ['points', '--method', 'coordinates'], /--coordinates FILE/],
    ['fewer neighbours than two', ['points', '--method', 'umap', '--n-neighbors', '1'], /whole number from 2 to 1000/],
    ['four dimensions', ['points', '--n-components', '4'], /whole number from 2 to 3/],
    [
      'coordinates and a method',
      ['points', '--method', 'pca', '--coordinates', 'points.npy'],
      /leave out --method pca/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run(folder, 'map', ...args);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });

  it('refuses a label without categories, and an earlier map of other points', async () => {
    const wrong = await run(folder, 'map', 'points', '--label', 'size');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/size is a number.*group/) as string]);
    const other = await run(folder, 'map', 'more', '--from', 'chart');
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/chart has 90 points and more has 30/) as string,
    ]);
  });
});

describe('bad data', () => {
  const write = (name: string, shape: [number, number], value: (i: number) => number): void =>
    writeFileSync(
      join(folder, name),
      writeNpy({ shape, data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => value(i)) }),
    );

  beforeAll(async () => {
    write('alike.npy', [60, 4], () => 0.5);
    write('vast.npy', [60, 4], (i) => 1e30 * Math.sin(i));
    write('unlabelled.npy', [60, 4], (i) => Math.sin(i * i));
    write('few.npy', [10, 2], (i) => i);
    write('wide.npy', [N, 4], (i) => i);
    write('holes.npy', [N, 2], (i) => (i === 11 ? NaN : i));
    write('far.npy', [N, 2], (i) => (i === 11 ? 500 : (i + 2) % N));
    for (const name of ['alike', 'vast', 'unlabelled']) await runJson(folder, 'data', 'add', `${name}.npy`);
  });

  it.each<[string, string[], RegExp]>([
    [
      'a perplexity too high',
      ['points', '--method', 'tsne', '--perplexity', '50'],
      /needs more than 150 samples, got 90; try at most 29/,
    ],
    ['no labels for LDA', ['unlabelled', '--method', 'lda'], /unlabelled has no label column/],
    ['numbers too great to be squared', ['vast', '--method', 'umap'], /expected one from 1e-15 to 1e15/],
    ['too few coordinates', ['points', '--coordinates', 'few.npy'], /the coordinates are 10 × 2, expected 90 × 2 or 3/],
    ['too wide ones', ['points', '--coordinates', 'wide.npy'], /the coordinates are 90 × 4/],
    ['ones with holes', ['points', '--coordinates', 'holes.npy'], /NaN in row 5, column 1/],
    [
      'neighbours of other rows',
      ['points', '--method', 'umap', '--neighbors', 'few.npy'],
      /expected as many for each of 90 rows/,
    ],
    [
      'neighbours that are not there',
      ['points', '--method', 'umap', '--neighbors', 'far.npy'],
      /row 5 has 500 as a neighbour/,
    ],
  ])('%s: one line, exit code 1, and no map', async (_, args, message) => {
    const { code, stderr } = await run(folder, 'map', ...args, '--name', 'never');
    expect(stderr).toMatch(message);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(existsSync(join(folder, 'portolan-project', 'maps', 'never'))).toBe(false);
  });

  it.each(['pca', 'mds', 'umap', 'tsne'])('rows all equal are mapped by %s, with a note', async (method) => {
    const { warnings } = await runJson(folder, 'map', 'alike', '--method', method);
    expect((warnings as string[]).join()).toMatch(/all 60 rows are equal: where their points lie means nothing/);
  });
});

describe('portolan neighbors', () => {
  it('of a row, nearest first, with what is known of them', async () => {
    const found = await runJson(folder, 'neighbors', 'points', '--row', '5', '--k', '4');
    expect(found).toMatchObject({ of: 'points', row: 5, k: 4, distance: 'euclidean' });
    expect((found.neighbors as { row: number }[]).map(({ row }) => row)).toEqual(near(rows, D, 5).slice(0, 4));
    const { stdout } = await run(folder, 'neighbors', 'points', '--row', '5', '-k', '2');
    expect(stdout.split('\n')[0]).toMatch(/^ *row +distance +group +size$/);
    expect(stdout).toMatch(/^ *\d+ +\d\.\d+ +c +\d+$/m);
  });

  it('of a point, on a map', async () => {
    const { indices } = await places();
    const at = `--point=${indices.slice(0, 2).join(',')}`;
    const found = await runJson(folder, 'neighbors', 'chart', at, '-k', '1');
    expect(found.neighbors).toMatchObject([{ row: 0 }]);
  });

  it('of every row, as an array that a map takes, or a table of pairs', async () => {
    const found = await runJson(folder, 'neighbors', 'points', '-k', '3', '--out', 'n.npy', '--distances', 'd.npy');
    expect(found).toMatchObject({ of: 'points', k: 3, nSamples: N, out: 'n.npy', distances: 'd.npy' });
    const [n, d] = await Promise.all(['n.npy', 'd.npy'].map((name) => npy(join(folder, name))));
    expect([n.shape, d.shape]).toEqual([[N, 3], [N, 3]]); // prettier-ignore
    expect([...n.data.subarray(15, 18)]).toEqual(near(rows, D, 5).slice(0, 3));
    await runJson(folder, 'neighbors', 'points', '-k', '3', '--out', 'n.csv');
    expect(readFileSync(join(folder, 'n.csv'), 'utf8')).toMatch(/^row,rank,neighbor,distance\n0,1,\d+,\d+\.\d+\n0,2,/);
    const mapped = await runJson(folder, 'map', 'points', '--neighbors', 'n.npy', '--distances', 'd.npy');
    expect(mapped.method).toBe('pca');
  });

  it.each<[string, string[], RegExp]>([
    ['nothing to look for', [], /name one of --row N, --point/],
    ['two things', ['--row', '1', '--out', 'x.npy'], /name one of/],
    ['a distance that is none', ['--row', '1', '--distance', 'cosin'], /did you mean cosine/],
    ['recall of one row', ['--row', '1', '--recall', '0.9'], /--recall needs --out/],
    ['a file of no known kind', ['--out', 'x.txt'], /must end in/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run(folder, 'neighbors', 'points', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('knows how many rows there are', async () => {
    const { code, stderr } = await run(folder, 'neighbors', 'points', '--row', '90');
    expect([code, stderr]).toEqual([1, 'portolan: row 90 of points was asked for, which has 90: 0 to 89\n']);
  });
});

describe('portolan place', () => {
  it('puts new rows among their like', async () => {
    const placed = await runJson(folder, 'place', 'chart', 'more', '--out', 'placed.csv');
    expect(placed).toMatchObject({ map: 'chart', nSamples: 30, out: 'placed.csv' });
    expect((placed.quality as { labelAccuracy: number }).labelAccuracy).toBeGreaterThan(0.6);
    expect(readFileSync(join(folder, 'placed.csv'), 'utf8')).toMatch(/^x,y\n-?[\d.e-]+,-?[\d.e-]+\n/);
    const unlabelled = await runJson(folder, 'place', 'chart', 'points.npy', '--out', 'same.npy');
    expect(unlabelled.quality).not.toHaveProperty('labelAccuracy');
    const { indices } = await places();
    const same = await npy(join(folder, 'same.npy'));
    indices.forEach((value, i) => expect(same.data[i]).toBeCloseTo(value, 3));
  });
});

/** The chart's coordinates. */
async function places(): Promise<{ indices: number[] }> {
  await runJson(folder, 'export', 'map', 'chart', '--out', 'chart.npy');
  return { indices: [...(await npy(join(folder, 'chart.npy'))).data] };
}

describe('portolan export map', () => {
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('as tables, whole or in part', async () => {
    const whole = await runJson(folder, 'export', 'map', 'chart');
    expect(whole).toMatchObject({ map: 'chart', format: 'csv', nSamples: N, files: [{ name: 'chart.csv' }] });
    expect(text('chart.csv')).toMatch(/^x,y,group,size,neighbours kept\n/);
    await runJson(folder, 'export', 'map', 'chart', '--rows', '1,5,7-8', '--out', 'four.csv');
    expect(text('four.csv').split('\n').map((line) => line.split(',').at(-1))).toEqual(['row', '1', '5', '7', '8', '']); // prettier-ignore
    const some = await runJson(folder, 'export', 'map', 'chart', '--where', 'group=b', '--out', 'b.parquet');
    expect(some.nSamples).toBe(N / 3);
    await runJson(folder, 'export', 'points', '--where', 'size>=80', '--out', 'last.npy');
    expect((await npy(join(folder, 'last.npy'))).shape).toEqual([10, D]);
  });

  it('as pictures', async () => {
    await runJson(folder, 'export', 'map', 'chart', '--format', 'svg', '--title', 'A & B');
    expect(text('chart.svg')).toMatch(/^<svg|^<\?xml/);
    expect(text('chart.svg')).toContain('A &amp; B');
    const sized = ['--width', '300', '--height', '200', '--density', '1', '--color', 'size', '--theme', 'dark'];
    await runJson(folder, 'export', 'map', 'chart', ...sized, '--out', 'chart.png');
    const png = readFileSync(join(folder, 'chart.png'));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([300, 200]);
  });

  it('for a projector, as two tables of as many lines', async () => {
    mkdirSync(join(folder, 'projector'), { recursive: true });
    const made = await runJson(folder, 'export', 'map', 'chart', '--format', 'projector', '--out', 'projector/p.tsv');
    expect((made.files as { name: string }[]).map(({ name }) => name)).toEqual([
      'projector/p-vectors.tsv',
      'projector/p-metadata.tsv',
    ]);
    const [vectors, metadata] = ['vectors', 'metadata'].map((part) =>
      text(`projector/p-${part}.tsv`).trim().split('\n'),
    );
    expect(metadata[0]).toBe('row\tgroup\tsize\tneighbours kept\tx\ty');
    expect(metadata).toHaveLength(N + 1);
    expect(vectors).toHaveLength(N);
    vectors[3].split('\t').forEach((value, c) => expect(Number(value)).toBeCloseTo(rows[3 * D + c], 4));
  });

  it.each<[string, string[], RegExp]>([
    ['a format that is none', ['--format', 'svgz'], /did you mean svg/],
    ['a name that says nothing', ['--out', 'x.doc'], /name the format/],
    ['a theme for a table', ['--theme', 'dark'], /--theme is of png, svg, html; the format is csv/],
    ['a condition that is none', ['--where', 'group'], /--where is "group", expected a column/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run(folder, 'export', 'map', 'chart', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, 'x.doc'))).toBe(false);
  });

  it('refuses columns that are not there, and rows', async () => {
    const color = await run(folder, 'export', 'map', 'chart', '--format', 'svg', '--color', 'colour');
    expect(color.stderr).toMatch(/the column colour of chart is not there; there is: group, size, neighbours kept/);
    const row = await run(folder, 'export', 'map', 'chart', '--rows', '90');
    expect([row.code, row.stderr]).toEqual([1, 'portolan: row 90 was asked for, and chart has 90: 0 to 89\n']);
    const none = await run(folder, 'export', 'map', 'chart', '--where', 'group=z');
    expect([none.code, none.stderr]).toEqual([1, 'portolan: no row fits\n']);
  });
});

describe('help', () => {
  it.each(['map', 'neighbors', 'place', 'export map'])('%s has flags and examples', async (verb) => {
    const { code, stdout } = await run(folder, ...verb.split(' '), '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: portolan ${verb} `);
    expect(stdout).toMatch(new RegExp(`^Examples:\\n {2}portolan ${verb} `, 'm'));
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
  });
});
