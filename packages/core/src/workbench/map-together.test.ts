/** Checkpoints of a learning, and maps of several spaces in one frame. */
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { bytesSource } from '../data/index.ts';
import { alignMaps } from '../maps/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { createWorkbench } from './create-workbench.ts';
import { memoryStore } from './memory-store.ts';
import type { MapInfo, SpaceInfo } from './workbench.ts';

const project = createWorkbench({ store: memoryStore(), runtime: nodeRuntime() });
const N = 150;
// one update a call, for calls of several may end beyond an epoch
const options = { epochs: 8, latentDim: 3, batchSize: 32, batchesPerCall: 1, layers: [16] };
const learning = { data: 'clouds', method: 'autoencoder', options };
let space: SpaceInfo;

beforeAll(async () => {
  const rng = random(1);
  const lines = Array.from({ length: N }, (_, i) => {
    const row = Array.from({ length: 8 }, (_, c) => (c === i % 4 ? 4 : 0) + 0.5 * rng.normal());
    return `${row.map((value) => value.toFixed(3)).join(',')},${'abcd'[i % 4]}`;
  });
  const text = `f0,f1,f2,f3,f4,f5,f6,f7,label\n${lines.join('\n')}\n`;
  await project.addData({ files: [bytesSource('clouds.csv', new TextEncoder().encode(text))] });
  space = await project.learn({ ...learning, checkpoints: 3 });
});

const spaces = async (): Promise<SpaceInfo[]> => (await project.list({ kind: 'space' })) as SpaceInfo[];
const maps = async (of: string): Promise<MapInfo[]> =>
  ((await project.list({ kind: 'map' })) as MapInfo[])
    .filter(({ frame }) => frame?.first === of)
    .sort((a, b) => a.frame!.place - b.frame!.place);

/** Of the common points, the share of the spread that a turn would bring them closer. */
function turnable(a: Matrix, b: Matrix): number {
  const { moved } = alignMaps(a, b, undefined, { scale: false });
  let [plain, turned] = [0, 0];
  for (let i = 0; i < a.rows; i++) {
    plain += (a.data[2 * i] - b.data[2 * i]) ** 2 + (a.data[2 * i + 1] - b.data[2 * i + 1]) ** 2;
    turned += moved[i] ** 2;
  }
  return 1 - turned / plain;
}

describe('checkpoints', () => {
  it('are spaces of their own, evenly over the epochs', async () => {
    const states = (await spaces()).filter(({ checkpoint }) => checkpoint?.of === space.id);
    expect(states.map(({ id, checkpoint }) => [id, checkpoint!.epoch])).toEqual([
      [`${space.id}-epoch-2`, 2],
      [`${space.id}-epoch-4`, 4],
      [`${space.id}-epoch-6`, 6],
    ]);
    expect(states.map(({ history }) => history.length)).toEqual([2, 4, 6]);
    expect(states.every(({ stopped, decodes, encodes }) => !stopped && decodes && encodes)).toBe(true);
    const errors = [...states.map(({ metrics }) => metrics.mse!), space.metrics.mse!];
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });

  it('change nothing of the space, and are what learning so far would have given', async () => {
    const plain = await project.learn({ ...learning, name: 'plain' });
    const codesOf = async (id: string): Promise<Float32Array> => (await project.codes({ space: id })).data;
    expect(await codesOf('plain')).toEqual(await codesOf(space.id));
    expect(plain.warnings).toEqual(space.warnings);
    await project.learn({ ...learning, options: { ...learning.options, epochs: 4 }, name: 'short' });
    expect(await codesOf('short')).toEqual(await codesOf(`${space.id}-epoch-4`));
  });

  it('are no more than there are epochs, and none where there are no epochs', async () => {
    const few = await project.learn({ ...learning, options: { ...learning.options, epochs: 2 }, name: 'few', checkpoints: 5 }); // prettier-ignore
    expect(few.warnings.join()).toContain('checkpoints kept: 1 instead of 5');
    await expect(project.learn({ data: 'clouds', method: 'pca', checkpoints: 2 })).rejects.toThrow('solved in one piece'); // prettier-ignore
    await expect(project.learn({ ...learning, checkpoints: 1.5 })).rejects.toThrow('from 1 to 100');
  });
});

describe('maps together', () => {
  const ways = (id: string): string[] => [2, 4, 6].map((epoch) => `${id}-epoch-${epoch}`);

  it.each(['umap', 'pca', 'mds'])('by %s are one map each, in one frame', async (method) => {
    const [of, ...rest] = ways(space.id);
    const chosen = method === 'umap' ? { nEpochs: 100, alignment: 0.1 } : {};
    const first = await project.map({ of, together: [...rest, space.id], method, options: chosen });
    const all = await maps(first.id);
    expect(all.map((map) => map.space)).toEqual([...ways(space.id), space.id]);
    expect(all.map(({ frame }) => frame!.place)).toEqual([0, 1, 2, 3]);
    const places = await Promise.all(all.map(({ id }) => project.coordinates({ map: id })));
    for (let t = 1; t < places.length; t++) expect(turnable(places[t - 1], places[t])).toBeLessThan(0.1);
    for (const { quality } of all) expect(quality.trustworthiness).toBeGreaterThan(0.8);
    // and each places its own rows
    const codes = await project.codes({ space: rest[0] });
    const placed = await project.place({ map: all[1].id, codes });
    for (let i = 0; i < 2 * N; i++) expect(placed.coordinates.data[i]).toBeCloseTo(places[1].data[i], 2);
  });

  it('take spaces of other widths and methods, and the rows themselves', async () => {
    await project.learn({ data: 'clouds', method: 'pca', options: { latentDim: 5 }, name: 'flat' });
    const first = await project.map({ of: 'clouds', together: ['flat', space.id], method: 'umap', options: { nEpochs: 60 }, name: 'three' }); // prettier-ignore
    expect(first.id).toBe('three');
    const again = { of: 'flat', together: ['clouds'], method: 'pca', name: 'twice' };
    await project.map({ of: 'flat', method: 'pca', name: 'twice-2' });
    // names are looked at before anything is made
    const progress: unknown[] = [];
    await expect(project.map(again, { onProgress: (told) => progress.push(told) })).rejects.toThrow('twice-2');
    expect(progress).toEqual([]);
    await project.remove({ id: 'twice-2' });
    expect((await maps('three')).map(({ id, space: of }) => [id, of])).toEqual([
      ['three', undefined],
      ['three-2', 'flat'],
      ['three-3', space.id],
    ]);
  });

  it('follow their first into another project', async () => {
    const [first] = (await maps('three')).map(({ frame }) => frame!.first);
    const zip = await project.exportProject();
    const other = createWorkbench({ store: memoryStore(), runtime: nodeRuntime() });
    const source = bytesSource('p.zip', zip);
    await other.importProject({ zip: source });
    await other.importProject({ zip: source });
    const frames = ((await other.list({ kind: 'map' })) as MapInfo[]).filter(({ id }) => id.startsWith('three'));
    const again = frames.find(({ id, frame }) => frame!.place === 0 && id !== first)!;
    expect(frames.filter(({ frame }) => frame!.first === again.id)).toHaveLength(3);
    const states = ((await other.list({ kind: 'space' })) as SpaceInfo[]).filter(({ checkpoint }) => checkpoint);
    expect(new Set(states.map(({ checkpoint }) => checkpoint!.of)).size).toBe(4);
  });

  it('refuse other rows, an earlier map to begin at, and own coordinates', async () => {
    const csv = new TextEncoder().encode('a,b,c\n1,2,3\n2,3,5\n9,1,1\n');
    await project.addData({ files: [bytesSource('small.csv', csv)] });
    const ask = { of: space.id, together: ['small'], method: 'umap' };
    await expect(project.map(ask)).rejects.toThrow(`has ${N} rows and small has 3`);
    const two = { of: space.id, together: ['plain'], method: 'umap' };
    await expect(project.map({ ...two, from: 'three' })).rejects.toThrow('leave out from');
    await expect(project.map({ ...two, method: 'coordinates' })).rejects.toThrow('leave out the method coordinates');
    await expect(project.map({ of: space.id, method: 'umap', options: { alignment: 0.1 } })).rejects.toThrow('alignment needs several maps in one frame'); // prettier-ignore
  });
});
