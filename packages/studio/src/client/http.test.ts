import { createServer } from 'node:http';
import { bytesSource } from '@portolan/core/data';
import type { Progress } from '@portolan/core/base';
import type { LearnDetail } from '@portolan/core/spaces';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startServer } from '../../../portolan/src/server/start-server.ts';
import type { RunningServer } from '../../../portolan/src/server/start-server.ts';
import { slowWorkbench } from '../../../portolan/src/server/workbench.fixture.ts';
import type { SlowWorkbench } from '../../../portolan/src/server/workbench.fixture.ts';
import { blobSource } from './client.ts';
import type { WorkbenchClient } from './client.ts';
import { remoteControl } from './control.ts';
import { httpClient } from './http.ts';

let workbench: SlowWorkbench;
let server: RunningServer;
let client: WorkbenchClient;

beforeEach(async () => {
  workbench = slowWorkbench();
  server = await startServer({ workbench, port: 0 });
  client = httpClient({ base: server.origin, token: server.token });
});
afterEach(() => server.close());

const learn = (epochs: number) => ({ data: 'digits', method: 'autoencoder', options: { epochs } });
const epochsOf = (progress: Progress<LearnDetail>[]): number[] =>
  progress.flatMap(({ detail }) => (detail?.record ? [detail.record.epoch] : []));

test('calls give what the Workbench gives, arrays and all, and fail as it fails', async () => {
  expect(await client.rows({ data: 'digits' })).toEqual({
    data: Uint8Array.of(1, 2, 3, 4),
    nSamples: 2,
    nFeatures: 2,
    scale: 1 / 255,
  });
  expect(await client.remove({ id: 'x' })).toBeUndefined();
  await expect(client.show({ id: 'x' })).rejects.toMatchObject({ name: 'InputError', code: 'no-such-item' });
  const wrong = httpClient({ base: server.origin, token: 'w'.repeat(43) });
  await expect(wrong.list()).rejects.toThrow(/needs the token/);
});

test('a small matrix is decoded by a call, a large one by a job', async () => {
  const small = await client.decode({ space: 's', codes: { rows: 1, cols: 2, data: Float32Array.of(1, 2) } });
  expect(small.data).toEqual(Float32Array.of(2, 4));
  const data = new Float32Array(1_200_000).fill(0.5);
  const large = await client.decode({ space: 's', codes: { rows: 600_000, cols: 2, data } });
  expect(large.data.every((value) => value === 1)).toBe(true);
  expect(await client.jobs()).toEqual([]);
});

test('learning reports every epoch with previews between, NaN kept, and gives the space', async () => {
  const progress: Progress<LearnDetail>[] = [];
  workbench.pace = 20;
  const space = await client.learn(learn(10), { onProgress: (p) => progress.push(p) });
  expect(space).toMatchObject({ id: 'learned', history: 10 });
  expect(epochsOf(progress)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(progress.find(({ detail }) => detail?.record)!.detail!.record!.train.loss).toBeNaN();
  const previews = progress.flatMap(({ detail }) => detail?.preview ?? []);
  expect(previews.length).toBeGreaterThan(0);
  expect(previews.length).toBeLessThan(80); // of 200
  expect(previews.at(-1)!.coordinates.data).toHaveLength(2000);
});

test('a job goes on when the page that began it is gone; the next page finds it and every epoch of it', async () => {
  workbench.pace = 30;
  const gone = httpClient({ base: server.origin, token: server.token });
  void gone.learn(learn(12)).catch(() => undefined);
  await vi.waitFor(async () => expect(await client.jobs()).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 150));
  const [job] = await client.jobs();
  expect(job).toMatchObject({ verb: 'learn', state: 'running', args: { data: 'digits', options: { epochs: 12 } } });
  const progress: Progress<LearnDetail>[] = [];
  const space = await client.attach(job.id, { onProgress: (p) => progress.push(p as Progress<LearnDetail>) });
  expect(space).toMatchObject({ history: 12 });
  expect(epochsOf(progress)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect((await client.jobs())[0].state).toBe('done');
  expect(await client.attach(job.id)).toEqual(space);
});

test('a connection that breaks is taken up again, nothing missed and nothing twice', async () => {
  workbench.pace = 30;
  let broken = 0;
  const flaky: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).endsWith('/events') || broken === 3) return response;
    broken++;
    let chunks = 0;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (++chunks > 2) controller.error(new TypeError('network error'));
        else controller.enqueue(chunk);
      },
    });
    return new Response(response.body!.pipeThrough(cut), response);
  };
  const progress: Progress<LearnDetail>[] = [];
  const shaky = httpClient({ base: server.origin, token: server.token, fetch: flaky });
  await shaky.learn(learn(60), { onProgress: (p) => progress.push(p) });
  expect(broken).toBe(3);
  expect(epochsOf(progress)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test('cancel reaches the Workbench and rejects with AbortError', async () => {
  workbench.pace = 50;
  const controller = new AbortController();
  const space = client.learn(learn(1000), { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(space).rejects.toMatchObject({ name: 'AbortError' });
  await vi.waitFor(() => expect(workbench.aborted).toBe(1));
  await vi.waitFor(async () => expect((await client.jobs())[0].state).toBe('cancelled'));
  await expect(client.learn(learn(3), { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

test('pause holds, resume goes on, stop keeps what is done', async () => {
  workbench.pace = 10;
  const control = remoteControl();
  let epochs = 0;
  const space = client.learn(learn(10_000), { control, onProgress: ({ done }) => (epochs = done) });
  await vi.waitFor(() => expect(epochs).toBeGreaterThan(2));
  control.pause();
  await vi.waitFor(async () => expect((await client.jobs())[0].state).toBe('paused'));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const held = epochs;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(epochs).toBe(held);
  control.step('round');
  await vi.waitFor(() => expect(epochs).toBe(held + 1));
  control.step('generator'); // nobody of that name plays: refused, and it stays as it was
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([epochs, (await client.jobs())[0].state]).toEqual([held + 1, 'paused']);
  control.resume();
  await vi.waitFor(() => expect(epochs).toBeGreaterThan(held + 2));
  control.stop();
  const kept = await space;
  expect(kept).toMatchObject({ stopped: true });
  expect((kept as unknown as { history: number }).history).toBeLessThan(10_000);
});

test('files are sent as they are: many in one request, from memory and from blobs, empty ones too', async () => {
  const files = [
    blobSource(new Blob([new Uint8Array(300_000).fill(7)]), 'folder/größe.png'),
    bytesSource('a.npy', Uint8Array.of(1, 2, 3)),
    bytesSource('empty.csv', new Uint8Array(0)),
  ];
  await client.addData({ files, labels: bytesSource('labels.csv', Uint8Array.of(9)) });
  expect(workbench.received).toEqual([
    { name: 'folder/größe.png', bytes: 300_000, last: 7 },
    { name: 'a.npy', bytes: 3, last: 3 },
    { name: 'empty.csv', bytes: 0, last: undefined },
    { name: 'labels.csv', bytes: 1, last: 9 },
  ]);
  expect(files[0].name).toBe('folder/größe.png');
});

test('a server that is gone is said in a sentence', async () => {
  const empty = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => empty.once('listening', resolve));
  const { port } = empty.address() as { port: number };
  await new Promise((resolve) => empty.close(resolve));
  await expect(httpClient({ base: `http://127.0.0.1:${port}` }).project()).rejects.toMatchObject({
    name: 'StoreError',
    code: 'unreachable',
    message: expect.stringContaining('still running'),
  });
});

test('a reader that does not read gets no queue: after 20,000 reports the next thing it sees is now', async () => {
  workbench.pace = 1;
  const quiet = client.learn(learn(1000));
  await vi.waitFor(async () => expect(await client.jobs()).toHaveLength(1));
  const [{ id }] = await client.jobs();
  const response = await fetch(`${server.origin}/api/jobs/${id}/events`, {
    headers: { Authorization: `Bearer ${server.token}` },
  });
  await quiet;
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.byteLength;
  const previewBytes = 8000 * (4 / 3);
  expect(bytes).toBeLessThan(1000 * 600 + 100 * previewBytes); // all 20,000 previews would be 200 MB
});
