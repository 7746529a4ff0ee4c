/** The studio's client against the server over a project in a folder: all real, in Node. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource } from '@portolan/core/data';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProject } from '../../packages/portolan/src/index.ts';
import { startServer } from '../../packages/portolan/src/server/index.ts';
import type { RunningServer } from '../../packages/portolan/src/server/index.ts';
import { httpClient } from '../../packages/studio/src/client/http.ts';
import type { WorkbenchClient } from '../../packages/studio/src/client/index.ts';

let folder: string;
let server: RunningServer;
let client: WorkbenchClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-project-test-'));
  await writeFile(join(folder, 'secret.txt'), 'treasure');
  server = await startServer({ workbench: openProject(join(folder, 'voyage')), port: 0 });
  client = httpClient({ base: server.origin, token: server.token });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('adds, learns, maps, encodes, decodes and removes as the Workbench does', async () => {
  const lines = Array.from({ length: 120 }, (_, i) =>
    [Math.sin(i), Math.cos(i), i / 60, i % 2 ? 'odd' : 'even'].join(),
  );
  const csv = new TextEncoder().encode(['x,y,t,class', ...lines].join('\n'));
  const data = await client.addData({ files: [bytesSource('circle.csv', csv)] });
  expect(data).toMatchObject({ nSamples: 120, nFeatures: 3, label: 'class' });
  const space = await client.learn({ data: data.id, method: 'pca', options: { latentDim: 2 } });
  const rows = { rows: 2, cols: 3, data: Float32Array.of(0, 1, 0, 1, 0, 1) };
  const codes = await client.encode({ space: space.id, rows });
  expect([codes.rows, codes.cols]).toEqual([2, 2]);
  const back = await client.decode({ space: space.id, codes });
  expect([back.rows, back.cols]).toEqual([2, 3]);
  const map = await client.map({ of: space.id, method: 'pca' });
  expect((await client.coordinates({ map: map.id })).rows).toBe(120);
  expect((await client.columns({ data: data.id })).map(({ name }) => name)).toContain('class');
  expect((await client.list()).map(({ id }) => id)).toEqual(
    expect.arrayContaining(['digits', data.id, space.id, map.id]),
  );
  const files = await client.files({ id: space.id });
  expect(JSON.parse(new TextDecoder().decode(await client.file({ id: space.id, name: 'info.json' })))).toMatchObject({
    id: space.id,
  });
  expect(files.map(({ name }) => name)).toContain('info.json');
  await client.remove({ id: map.id });
  await expect(client.show({ id: map.id })).rejects.toMatchObject({ name: 'InputError', code: 'no-such-item' });
  expect(await readdir(join(folder, 'voyage'))).toEqual(expect.arrayContaining(['data', 'spaces']));
});

test.each([
  '../secret.txt',
  '../../secret.txt',
  '/etc/passwd',
  '..\\secret.txt',
  'info.json/../../..',
  '',
  '.',
  'a\0b',
])('the name %j leads nowhere, as an id or as a file', async (name) => {
  await expect(client.show({ id: name })).rejects.toMatchObject({ name: 'InputError' });
  await expect(client.remove({ id: name })).rejects.toMatchObject({ name: 'InputError' });
  await expect(client.files({ id: name })).rejects.toMatchObject({ name: 'InputError' });
  const [space] = await client.list({ kind: 'space' });
  await expect(client.file({ id: space.id, name })).rejects.toMatchObject({ name: 'InputError' });
  await expect(client.learn({ data: 'digits', method: 'pca', name })).rejects.toMatchObject({ name: 'InputError' });
});

test('while the digits are learned previews come; cancelled, nothing of it is kept', async () => {
  const controller = new AbortController();
  const args = { data: 'digits', method: 'autoencoder', options: { latentDim: 2, epochs: 50, seed: 0 } };
  let previews = 0;
  const learning = client.learn(args, {
    signal: controller.signal,
    onProgress: ({ detail }) => {
      if (detail?.preview && ++previews === 2) controller.abort();
    },
  });
  await expect(learning).rejects.toMatchObject({ name: 'AbortError' });
  expect((await client.list({ kind: 'space' })).map(({ id }) => id)).not.toContain('digits-autoencoder');
});
