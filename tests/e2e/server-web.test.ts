/** The whole Workbench in a page of a plain web host: learn in a Worker, keep in the browser, find it all again. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildPage, launch, plainHost } from './server-browser.ts';

let browser: Browser;
let built: Awaited<ReturnType<typeof buildPage>>;
let host: Awaited<ReturnType<typeof plainHost>>;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [browser, built] = await Promise.all([launch(), buildPage('web')]);
});
afterAll(async () => {
  await browser?.close();
  await built?.remove();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await host?.close();
});

async function open(isolated: boolean): Promise<void> {
  host = await plainHost(built.folder, { isolated });
  await page.goto(host.url);
  await page.waitForFunction(() => !!window.lab);
}

test.each([
  [true, /^onnxruntime-web .*, [2-8] threads$/],
  [false, /^onnxruntime-web .*, 1 thread$/],
])('learns the digits, maps and decodes them, and has all after a reload (isolated: %s)', async (isolated, runtime) => {
  await open(isolated);
  const learned = await page.evaluate(async () => {
    const client = await window.lab.connect();
    const info = await client.project();
    const [data] = await client.list({ kind: 'data' });
    const seen = { epochs: 0, previews: 0 };
    const space = await client.learn(
      { data: data.id, method: 'autoencoder', options: { latentDim: 2, epochs: 2, seed: 0 }, name: 'voyage' },
      {
        onProgress: ({ detail }) => {
          if (detail?.record) seen.epochs++;
          if (detail?.preview) seen.previews++;
        },
      },
    );
    const map = await client.map({ of: space.id, method: 'pca' });
    const codes = await client.codes({ space: space.id });
    const decoded = await client.decode({ space: space.id, codes: { rows: 1, cols: 2, data: codes.data.slice(0, 2) } });
    return { kind: client.kind, info, space, map, seen, decoded: [...decoded.data], nCodes: codes.rows };
  });
  expect(learned.kind).toBe('local');
  expect(learned.info.runtime).toMatch(runtime);
  expect(learned.space).toMatchObject({ id: 'voyage', latentDim: 2, nFeatures: 784 });
  expect(learned.space.metrics.mse).toBeLessThan(0.07);
  expect(learned.seen.epochs).toBe(2);
  expect(learned.seen.previews).toBeGreaterThan(0);
  expect([learned.nCodes, learned.decoded.length]).toEqual([10_000, 784]);
  expect(learned.decoded.every((value) => value >= 0 && value <= 1)).toBe(true);

  await page.reload();
  await page.waitForFunction(() => !!window.lab);
  const again = await page.evaluate(async (mapId) => {
    const client = await window.lab.connect();
    const items = await client.list();
    const codes = await client.codes({ space: 'voyage' });
    const decoded = await client.decode({ space: 'voyage', codes: { rows: 1, cols: 2, data: codes.data.slice(0, 2) } });
    const coordinates = await client.coordinates({ map: mapId });
    return {
      ids: items.map((item) => item.id),
      decoded: [...decoded.data],
      rows: coordinates.rows,
      jobs: await client.jobs(),
    };
  }, learned.map.id);
  expect(again.ids).toEqual(expect.arrayContaining(['digits', 'voyage', learned.map.id]));
  expect(again.decoded).toEqual(learned.decoded);
  expect([again.rows, again.jobs]).toEqual([10_000, []]);
});

test('a table is added from a file, and the project goes out and comes in as a zip', async () => {
  await open(false);
  const { added, ids, moved } = await page.evaluate(async () => {
    const client = await window.lab.connect();
    const lines = Array.from({ length: 50 }, (_, i) => `${i},${i * i},${i % 2 ? 'odd' : 'even'}`);
    const file = new File([['a,b,label', ...lines].join('\n')], 'numbers.csv');
    const added = await client.addData({ files: [window.lab.blobSource(file)] });
    const zip = await client.exportProject();
    await client.remove({ id: added.id });
    const { ids } = await client.importProject({
      zip: window.lab.blobSource(new Blob([zip as Uint8Array<ArrayBuffer>]), 'p.zip'),
    });
    return { added, ids, moved: await client.show({ id: ids[0] }) };
  });
  expect(added).toMatchObject({ kind: 'data', nSamples: 50, nFeatures: 2, label: 'label' });
  expect(ids).toEqual([added.id]);
  expect(moved).toMatchObject({ kind: 'data', nSamples: 50 });
});

test('a job in the Worker is paused, stopped with what is done kept, and cancelled', async () => {
  await open(false);
  const ends = await page.evaluate(async () => {
    const client = await window.lab.connect();
    const args = { data: 'digits', method: 'autoencoder', options: { latentDim: 2, epochs: 500, seed: 0 } };
    const first = (job: object): Promise<unknown> =>
      client.learn(args, job).then(
        (space) => space,
        (error) => error.name,
      );

    const control = window.lab.remoteControl();
    let reports = 0;
    let stopped: Promise<unknown> | undefined;
    await new Promise<void>((began) => {
      stopped = first({ control, onProgress: () => ++reports === 2 && began() });
    });
    control.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const held = reports;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const still = reports - held;
    const [{ state }] = await client.jobs();
    control.stop();
    const space = (await stopped) as { stopped: boolean };

    const controller = new AbortController();
    let aborted = 0;
    const cancelled = await first({
      signal: controller.signal,
      onProgress: () => {
        aborted ||= performance.now();
        controller.abort();
      },
    });
    return { still, state, stopped: space.stopped, cancelled, took: performance.now() - aborted };
  });
  expect(ends).toMatchObject({ still: 0, state: 'paused', stopped: true, cancelled: 'AbortError' });
  expect(ends.took).toBeLessThan(2000);
});

test('learns the same on WebGPU as on the processor, in a project that changes from one to the other', async () => {
  await open(true);
  const learned = await page.evaluate(async () => {
    const client = await window.lab.connect();
    const rng = (i: number): number => ((i * 2654435761) % 2 ** 32) / 2 ** 32;
    const lines = Array.from({ length: 64 }, (_, row) => Array.from({ length: 8 }, (_, col) => rng(8 * row + col)));
    const header = lines[0].map((_, col) => `x${col}`).join();
    const source = window.lab.blobSource(new Blob([[header, ...lines.map((line) => line.join())].join('\n')]), 'a.csv');
    const data = await client.addData({ files: [source] });
    const args = {
      data: data.id,
      method: 'autoencoder',
      options: { latentDim: 2, layers: [8], epochs: 3, batchSize: 16, seed: 0 },
    };
    const names = [(await client.project()).runtime];
    const losses = [(await client.learn(args)).metrics.mse];
    for (const webgpu of [true, false]) {
      names.push((await client.useWebGpu?.(webgpu)) ?? 'none');
      losses.push((await client.learn(args)).metrics.mse);
    }
    return { names, losses };
  });
  const adapter = await page.evaluate(
    async () => !!(await (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu?.requestAdapter()),
  );
  expect(learned.names[1]).toMatch(adapter ? /WebGPU$/ : /no WebGPU adapter here/);
  expect(learned.names[2]).toBe(learned.names[0]);
  const [processor, gpu, again] = learned.losses.map(Number);
  expect(gpu).toBeCloseTo(processor, 4);
  expect(again).toBe(processor);
}, 120_000);
