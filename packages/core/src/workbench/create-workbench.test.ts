import { unzipSync, zipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { matrixOf, random } from '../base/index.ts';
import { bytesSource, readDataset, readNpy, readRows, writeNpy } from '../data/index.ts';
import type { ByteSource } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { createWorkbench } from './create-workbench.ts';
import { exportFiles, exportTable } from './export.ts';
import type { TableFormat } from './export.ts';
import { memoryStore } from './memory-store.ts';
import type { Packs } from './packs.ts';
import { INFO_FILE, joined } from './store.ts';
import type { Store } from './store.ts';
import type { DataInfo, SpaceInfo, Workbench } from './workbench.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const N = 60;
const D = 6;

/** Three groups of points in six dimensions. */
function points(seed = 0): Float32Array {
  const rng = random(seed);
  return Float32Array.from({ length: N * D }, (_, i) => ((Math.floor(i / D) % 3) * (i % D)) / 3 + rng.normal() * 0.1);
}
const pointsFile = (name = 'points.npy'): ByteSource => bytesSource(name, writeNpy({ shape: [N, D], data: points() }));
const labelsFile = (n = N): ByteSource =>
  bytesSource('groups.csv', text(`group,size\n${Array.from({ length: n }, (_, i) => `g${i % 3},${i}`).join('\n')}\n`));

const pixels = Uint8Array.from({ length: 20 * 4 }, (_, i) => (i * 37) % 256);
const pack: Record<string, Uint8Array> = {
  'rows.npy': writeNpy({ shape: [20, 4], data: pixels }),
  'digit.npy': writeNpy({ shape: [20], data: Uint8Array.from({ length: 20 }, (_, i) => i % 2) }),
  'pack.json': text(
    JSON.stringify({
      name: 'digits',
      title: 'Digits',
      summary: '',
      source: '',
      licence: '',
      medium: { kind: 'image', height: 2, width: 2, channels: 1 },
      nSamples: 20,
      nFeatures: 4,
      scale: 1 / 255,
      rows: 'rows.npy',
      columns: [{ name: 'digit', type: 'category', file: 'digit.npy', categories: ['0', '1'] }],
      label: 'digit',
      files: { 'rows.npy': { bytes: 208, sha256: '' } },
    }),
  ),
};
const packs: Packs = {
  list: () => Promise.resolve(['digits']),
  file: (_, name) => Promise.resolve(pack[name]),
};

const runtime = nodeRuntime();
let clock = 0;
const now = (): Date => new Date(Date.UTC(2026, 0, 1) + clock++ * 1000);

let store: Store;
let project: Workbench;
const open = (): Workbench => createWorkbench({ store, runtime, packs, now, cpuTime: () => performance.now() });
beforeEach(() => {
  store = memoryStore();
  project = open();
});

const addPoints = (name?: string): Promise<DataInfo> =>
  project.addData({ files: [pointsFile()], labels: labelsFile(), label: 'group', name });
const learnPca = (data: string, name?: string): Promise<SpaceInfo> =>
  project.learn({ data, method: 'pca', options: { latentDim: 2 }, name });

it('says of texts that there are no numbers to learn from, or to map by', async () => {
  const files = [bytesSource('notes.txt', text('the cat sat\nthe dog ran\n'))];
  await project.addData({ files });
  await expect(project.learn({ data: 'notes', method: 'pca' })).rejects.toThrow(
    /notes holds no numbers, which pca learns from; for texts take word2vec or transformer/,
  );
  await expect(project.map({ of: 'notes', method: 'umap' })).rejects.toThrow(/notes holds no numbers to measure by/);
  await expect(project.neighbors({ of: 'notes', row: 0 })).rejects.toThrow(/no numbers/);
  expect(await project.list({ kind: 'space' })).toEqual([]);
});

describe('a fresh project', () => {
  it('has the packs, and nothing on disk', async () => {
    expect(await project.list()).toMatchObject([
      { id: 'digits', kind: 'data', pack: true, nSamples: 20, nFeatures: 4, label: 'digit' },
    ]);
    expect(await project.list({ kind: 'space' })).toEqual([]);
    expect(await project.project()).toMatchObject({ name: 'memory', version: 1, runtime: runtime.name, warnings: [] });
    expect(await store.readMark()).toBeUndefined();
  });

  it('learns from a pack and keeps no copy of it', async () => {
    const space = await learnPca('digits');
    expect(space).toMatchObject({ id: 'digits-pca', data: 'digits', medium: { kind: 'image' } });
    expect(await store.list('data')).toEqual([]);
    expect(new TextDecoder().decode(await store.readMark())).toContain('"format": "portolan-project"');
  });

  it('says what there is when an id is wrong', async () => {
    await expect(project.show({ id: 'nothing' })).rejects.toMatchObject({ code: 'no-such-item' });
    await expect(project.show({ id: 'nothing' })).rejects.toThrow(
      'there is no "nothing" in the project; there is: digits',
    );
    await expect(project.show({ id: '../digits' })).rejects.toMatchObject({ code: 'no-such-item' });
    await expect(project.remove({ id: 'digits' })).rejects.toMatchObject({ code: 'pack' });
    await expect(learnPca('nothing')).rejects.toMatchObject({ code: 'no-such-item' });
    await expect(project.learn({ data: 'digits', method: 'magic' })).rejects.toMatchObject({ code: 'no-such-method' });
    await expect(project.map({ of: 'digits', method: 'magic' })).rejects.toMatchObject({ code: 'no-such-method' });
    await expect(project.codes({ space: 'digits' })).rejects.toMatchObject({ code: 'wrong-kind' });
  });
});

describe('data', () => {
  it('keeps the names of the features', async () => {
    const table = text('height,width\n1,2\n2,1\n3,5\n');
    const info = await project.addData({ files: [bytesSource('sizes.csv', table)] });
    expect(info.featureNames).toEqual(['height', 'width']);
    expect(await open().show({ id: 'sizes' })).toEqual(info);
  });

  it('comes back as it was added, in another program too', async () => {
    const info = await addPoints();
    expect(info).toMatchObject({ id: 'points', nSamples: N, nFeatures: D, label: 'group', medium: { kind: 'vector' } });
    project = open();
    expect(await project.show({ id: 'points' })).toEqual(info);
    expect(readRows(await project.rows({ data: 'points' })).data).toEqual(points());
    const [group, size] = await project.columns({ data: 'points', names: ['group', 'size'] });
    expect(group).toMatchObject({ type: 'category', categories: ['g0', 'g1', 'g2'] });
    expect(size).toMatchObject({ type: 'number', values: Float64Array.from({ length: N }, (_, i) => i) });
    await expect(project.columns({ data: 'points', names: ['colour'] })).rejects.toMatchObject({ code: 'no-column' });
  });

  it('gives rows by index and by range, as they are kept', async () => {
    const some = await project.rows({ data: 'digits', indices: Uint32Array.of(3, 0, 3) });
    expect(some).toEqual({
      data: Uint8Array.from([12, 13, 14, 15, 0, 1, 2, 3, 12, 13, 14, 15], (i) => pixels[i]),
      nSamples: 3,
      nFeatures: 4,
      scale: 1 / 255,
    });
    expect((await project.rows({ data: 'digits', from: 19 })).nSamples).toBe(1);
    expect((await project.rows({ data: 'digits', from: 5, count: 2 })).data).toEqual(pixels.slice(20, 28));
    expect((await project.rows({ data: 'digits', count: 0 })).nSamples).toBe(0);
    for (const wrong of [{ from: -1 }, { from: 21 }, { count: 21 }, { from: 0.5 }, { indices: Uint32Array.of(20) }]) {
      await expect(project.rows({ data: 'digits', ...wrong })).rejects.toMatchObject({ name: 'InputError' });
    }
  });

  it('cannot be changed through what was given', async () => {
    await addPoints();
    (await project.rows({ data: 'points' })).data.fill(9);
    expect(readRows(await project.rows({ data: 'points' })).data).toEqual(points());
  });

  it('gets the next free id, or the one that was asked for', async () => {
    expect((await addPoints()).id).toBe('points');
    expect((await addPoints()).id).toBe('points-2');
    expect((await addPoints('mine')).id).toBe('mine');
    await expect(addPoints('mine')).rejects.toMatchObject({ code: 'exists' });
    await expect(addPoints('digits')).rejects.toMatchObject({ code: 'exists' });
    await expect(addPoints('My Points')).rejects.toThrow(/try my-points/);
    const named = await project.addData({ files: [pointsFile('Ünïcode & Co (2).npy')] });
    expect(named.id).toBe('unicode-co-2');
  });

  it('of labels that do not fit is refused, and nothing is kept', async () => {
    const wrong = project.addData({ files: [pointsFile()], labels: labelsFile(N - 1) });
    await expect(wrong).rejects.toMatchObject({ name: 'InputError' });
    await expect(project.addData({ files: [] })).rejects.toMatchObject({ name: 'InputError' });
    expect(await store.list('data')).toEqual([]);
  });
});

describe('a space', () => {
  it('encodes and decodes as it did when it was learned, in another program too', async () => {
    await addPoints();
    const info = await learnPca('points');
    expect(info).toMatchObject({ id: 'points-pca', latentDim: 2, nFeatures: D, encodes: true, decodes: true });
    expect(info.metrics.mse).toBeGreaterThan(0);
    expect(info.seconds).toBeGreaterThan(0);
    expect(info.cpuSeconds).toBeGreaterThan(0);
    expect(info.samplesPerSecond).toBeGreaterThan(0);
    const rows = readRows(await project.rows({ data: 'points' }));
    const codes = await project.codes({ space: info.id });
    project = open();
    expect(await project.show({ id: info.id })).toEqual(info);
    const again = await project.encode({ space: info.id, rows });
    again.data.forEach((value, i) => expect(value).toBeCloseTo(codes.data[i], 5));
    const back = await project.decode({ space: info.id, codes });
    let mse = 0;
    back.data.forEach((value, i) => (mse += (value - rows.data[i]) ** 2 / rows.data.length));
    expect(mse).toBeCloseTo(info.metrics.mse!, 5);
  });

  it('refuses rows and codes that do not fit', async () => {
    const { id } = await learnPca('digits');
    const wide = matrixOf([[1, 2, 3]]);
    await expect(project.encode({ space: id, rows: wide })).rejects.toMatchObject({ code: 'wrong-width' });
    await expect(project.decode({ space: id, codes: wide })).rejects.toMatchObject({ code: 'wrong-width' });
    const bad = matrixOf([
      [0, 0],
      [0, NaN],
    ]);
    await expect(project.decode({ space: id, codes: bad })).rejects.toMatchObject({ code: 'not-finite' });
    const none = { data: new Float32Array(0), rows: 0, cols: 2 };
    expect((await project.decode({ space: id, codes: none })).rows).toBe(0);
  });

  it('draws the same samples from the same seed', async () => {
    const { id, samples } = await learnPca('digits');
    expect(samples).toBe(true);
    const one = await project.sample({ space: id, n: 5, seed: 1 });
    expect(one).toEqual(await project.sample({ space: id, n: 5, seed: 1 }));
    expect(one.codes).not.toEqual((await project.sample({ space: id, n: 5, seed: 2 })).codes);
    expect(one.rows).toMatchObject({ rows: 5, cols: 4 });
    await expect(project.sample({ space: id, n: 0 })).rejects.toMatchObject({ name: 'InputError' });
  });

  it('outlives its data', async () => {
    await addPoints();
    const { id } = await learnPca('points');
    await project.remove({ id: 'points' });
    expect((await project.codes({ space: id })).rows).toBe(N);
    const map = await project.map({ of: id, method: 'pca' });
    expect(map).toMatchObject({ data: 'points', space: id });
    expect(map.quality.labelAccuracy).toBeUndefined();
    await expect(project.rows({ data: 'points' })).rejects.toMatchObject({ code: 'no-such-item' });
  });

  it('is not kept when learning is cancelled', async () => {
    const controller = new AbortController();
    const learning = project.learn(
      { data: 'digits', method: 'autoencoder', options: { epochs: 1000, batchSize: 4 } },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(learning).rejects.toMatchObject({ name: 'AbortError' });
    expect(await store.list('spaces')).toEqual([]);
    expect(await store.readMark()).toBeUndefined();
  });

  it('is asked for its name before the work, not after', async () => {
    await learnPca('digits', 'mine');
    let worked = false;
    const again = project.learn({ data: 'digits', method: 'pca', name: 'mine' }, { onProgress: () => (worked = true) });
    await expect(again).rejects.toMatchObject({ code: 'exists' });
    expect(worked).toBe(false);
  });

  it('gets an id of its own when several are learned at once', async () => {
    const spaces = await Promise.all([learnPca('digits'), learnPca('digits'), learnPca('digits')]);
    expect(spaces.map((space) => space.id).sort()).toEqual(['digits-pca', 'digits-pca-2', 'digits-pca-3']);
  });
});

describe('a map', () => {
  it('of a space’s codes says how good it is', async () => {
    await addPoints();
    const { id } = await learnPca('points');
    const map = await project.map({ of: id, method: 'pca' });
    expect(map).toMatchObject({ id: 'points-pca-pca', space: id, data: 'points', method: 'pca', nComponents: 2 });
    expect(map.quality.trustworthiness).toBeCloseTo(1, 5); // two dimensions onto two: a rotation
    expect(map.quality.continuity).toBeCloseTo(1, 5);
    expect(map.quality.labelAccuracy).toBeGreaterThan(0.9);
    expect(await project.coordinates({ map: map.id })).toMatchObject({ rows: N, cols: 2 });
  });

  it('of a data set’s rows has no space', async () => {
    const map = await project.map({ of: 'digits', method: 'pca', name: 'chart' });
    expect(map).toMatchObject({ id: 'chart', data: 'digits' });
    expect(map).not.toHaveProperty('space');
    await expect(project.map({ of: 'chart', method: 'pca' })).rejects.toMatchObject({ code: 'wrong-kind' });
    await expect(project.map({ of: 'digits', method: 'pca', options: { magic: 1 } })).rejects.toMatchObject({
      name: 'InputError',
    });
  });
});

describe('files', () => {
  it('are listed and given by name, and by no other way', async () => {
    const { id } = await learnPca('digits');
    const names = (await project.files({ id })).map((file) => file.name);
    expect(names).toEqual(expect.arrayContaining(['codes.npy', INFO_FILE, 'space.json']));
    const codes = await readNpy(await project.file({ id, name: 'codes.npy' }));
    expect(codes.shape).toEqual([20, 2]);
    await expect(project.file({ id, name: '../x' })).rejects.toMatchObject({ code: 'no-such-file' });
    expect(await project.files({ id: 'digits' })).toEqual([]);
  });

  it('go out as tables', async () => {
    const { id } = await learnPca('digits');
    const map = await project.map({ of: id, method: 'pca' });
    const table = async (id: string, format: TableFormat): Promise<Uint8Array> =>
      joined([...(await exportTable(project, { id, format }))]);
    const csv = new TextDecoder().decode(await table(map.id, 'csv'));
    const lines = csv.trimEnd().split('\n');
    expect(lines[0]).toBe('x,y,digit,neighbours kept');
    expect(lines).toHaveLength(21);
    expect(lines[2]).toMatch(/^-?[\d.e-]+,-?[\d.e-]+,1,(0|1|0\.\d+)$/);
    const jsonl = new TextDecoder().decode(await table('digits', 'jsonl'));
    expect(Object.keys(JSON.parse(jsonl.split('\n')[0]) as object)).toEqual(['x1', 'x2', 'x3', 'x4', 'digit']);
    const npy = await readNpy(await table('digits', 'npy'));
    expect(npy).toMatchObject({ shape: [20, 2, 2, 1], data: pixels });
    const parquet = await readDataset([bytesSource('d.parquet', await table('digits', 'parquet'))]);
    expect(parquet).toMatchObject({ rows: { nSamples: 20, nFeatures: 4 }, label: 'digit' });
    expect(Object.keys(await exportFiles(project, { id: 'digits' }))).toEqual(['rows.npy', 'columns.parquet']);
  });
});

describe('a project as a zip', () => {
  it('goes into another project whole', async () => {
    await addPoints();
    const space = await learnPca('points');
    const map = await project.map({ of: space.id, method: 'pca' });
    const zip = await project.exportProject();
    const codes = await project.codes({ space: space.id });

    store = memoryStore('other');
    project = open();
    const { ids } = await project.importProject({ zip: bytesSource('p.zip', zip) });
    expect(ids).toEqual(['points', space.id, map.id]);
    expect(await project.show({ id: map.id })).toEqual(map);
    expect(await project.codes({ space: space.id })).toEqual(codes);
    expect(readRows(await project.rows({ data: 'points' })).data).toEqual(points());
    expect(
      await project.encode({ space: space.id, rows: readRows(await project.rows({ data: 'points' })) }),
    ).toBeTruthy();
  });

  it('keeps its references when ids are taken', async () => {
    await addPoints();
    await learnPca('points');
    await project.map({ of: 'points-pca', method: 'pca' });
    await project.map({ of: 'points-pca', method: 'pca', align: 'points-pca-pca', name: 'aligned' });
    const zip = await project.exportProject();
    const { ids } = await project.importProject({ zip: bytesSource('p.zip', zip) });
    expect(ids).toEqual(['points-2', 'points-pca-2', 'points-pca-pca-2', 'aligned-2']);
    expect(await project.show({ id: 'aligned-2' })).toMatchObject({ space: 'points-pca-2', align: 'points-pca-pca-2' });
    expect(await project.show({ id: 'points-pca-pca-2' })).toMatchObject({ data: 'points-2', space: 'points-pca-2' });
  });

  it('may hold some items only', async () => {
    await addPoints();
    await learnPca('points');
    const zip = unzipSync(await project.exportProject({ ids: ['points-pca', 'digits'] }));
    expect(Object.keys(zip)).toContain('spaces/points-pca/codes.npy');
    expect(Object.keys(zip).some((path) => path.startsWith('data/'))).toBe(false);
  });

  it('is refused when it is something else', async () => {
    const take = (zip: Uint8Array): Promise<unknown> => project.importProject({ zip: bytesSource('x.zip', zip) });
    const mark = text('{"format":"portolan-project","version":1,"created":""}');
    await expect(take(text('not a zip at all'))).rejects.toMatchObject({ name: 'FormatError' });
    await expect(take(new Uint8Array(0))).rejects.toMatchObject({ name: 'FormatError' });
    await expect(take(zipSync({ 'a.png': text('x') }))).rejects.toMatchObject({ code: 'not-a-project' });
    const newer = zipSync({ 'portolan.json': text('{"format":"portolan-project","version":9}') });
    await expect(take(newer)).rejects.toMatchObject({ code: 'newer-version' });
    await addPoints();
    const whole = unzipSync(await project.exportProject());
    await project.remove({ id: 'points' });
    const info = whole['data/points/info.json'];
    for (const path of ['data/a/../../../x', 'data/a/b/c', '../x', 'data/../a/info.json', '..\\x', 'data/A/x']) {
      const zip = zipSync({ 'portolan.json': mark, 'data/a/info.json': info, [path]: text('x') });
      await expect(take(zip)).rejects.toMatchObject({ name: 'FormatError' });
    }
    const wrongKind = zipSync({ 'portolan.json': mark, 'maps/a/info.json': info });
    await expect(take(wrongKind)).rejects.toMatchObject({ name: 'FormatError' });
    for (const damaged of ['{"kind":"data"}', '{', '{"kind":"space"}']) {
      const zip = zipSync({ ...whole, 'spaces/b/info.json': text(damaged) });
      await expect(take(zip)).rejects.toMatchObject({ name: 'FormatError' });
    }
    expect(await project.list(), 'all are looked at before the first is kept').toHaveLength(1);
    const tidy = { ...whole, 'data/.DS_Store': text('x'), 'data/points/._info.json': text('x') };
    expect(await take(zipSync(tidy))).toEqual({ ids: ['points'] });
  });

  it('that is cut off or changed never crashes, hangs or takes much memory', async () => {
    await addPoints();
    await learnPca('points');
    const zip = await project.exportProject();
    const rng = random(3);
    for (let round = 0; round < 150; round++) {
      const bad = round % 2 ? zip.slice(0, 1 + rng.below(zip.length)) : zip.slice();
      for (let k = 0; k < 4; k++) bad[rng.below(bad.length)] = rng.below(256);
      store = memoryStore();
      project = open();
      const outcome = await project
        .importProject({ zip: bytesSource('x.zip', bad) })
        .catch((error: Error) => error.name);
      if (typeof outcome === 'string') expect(['FormatError', 'InputError', 'StoreError']).toContain(outcome);
    }
  });
});

describe('two programs on one project', () => {
  it('see what the other has put in the place of what they knew', async () => {
    const other = open();
    await addPoints('p');
    await learnPca('p', 's');
    const rows = readRows(await project.rows({ data: 'p' }));
    const before = await project.encode({ space: 's', rows });

    for (const id of ['p', 's']) await other.remove({ id });
    await expect(project.encode({ space: 's', rows })).rejects.toMatchObject({ code: 'no-such-item' });
    const flipped = points().map((value) => 2 - value);
    const file = bytesSource('p.npy', writeNpy({ shape: [N, D], data: flipped }));
    await other.addData({ files: [file] });
    await other.learn({ data: 'p', method: 'pca', name: 's' });
    expect(readRows(await project.rows({ data: 'p' })).data).toEqual(flipped);
    expect(await project.encode({ space: 's', rows })).toEqual(await other.encode({ space: 's', rows }));
    expect(await project.encode({ space: 's', rows })).not.toEqual(before);
  });
});

describe('a project that is not as it should be', () => {
  it('of a newer version is left alone', async () => {
    await store.writeMark(text('{"format":"portolan-project","version":2,"created":""}'));
    const message = 'the project has version 2, this Portolan reads up to version 1; update Portolan';
    for (const verb of [() => project.list(), () => project.project(), () => learnPca('digits'), () => addPoints()]) {
      await expect(verb()).rejects.toMatchObject({ name: 'StoreError', code: 'newer-version' });
      await expect(verb()).rejects.toThrow(message);
    }
    expect(await store.list('spaces')).toEqual([]);
  });

  it.each(['', '{', '[]', 'null', '{"format":"else","version":1}', '{"format":"portolan-project"}'])(
    'with the mark %j is refused',
    async (mark) => {
      await store.writeMark(text(mark));
      await expect(project.list()).rejects.toMatchObject({ name: 'FormatError' });
    },
  );

  it('with an item that can’t be read shows the others, and says so', async () => {
    await addPoints();
    await store.put('spaces', 'broken', { [INFO_FILE]: text('{') });
    await store.put('maps', 'mislaid', { [INFO_FILE]: text('{"kind":"data"}') });
    expect((await project.list()).map((item) => item.id)).toEqual(['digits', 'points']);
    const { warnings } = await project.project();
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^spaces\/broken\/info\.json is not JSON/);
    await expect(project.show({ id: 'broken' })).rejects.toMatchObject({ name: 'FormatError' });
    await project.remove({ id: 'broken' });
    expect((await project.project()).warnings).toHaveLength(1);
  });
});
