/** The server's page in a real browser: cookie, policy, isolation, jobs; and the parts that only a browser has. */
import { readdir } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startServer } from '../../packages/portolan/src/server/index.ts';
import type { RunningServer } from '../../packages/portolan/src/server/index.ts';
import { slowWorkbench } from '../../packages/portolan/src/server/workbench.fixture.ts';
import type { SlowWorkbench } from '../../packages/portolan/src/server/workbench.fixture.ts';
import { buildPage, launch, plainHost } from './server-browser.ts';

let browser: Browser;
let built: Awaited<ReturnType<typeof buildPage>>;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, built] = await Promise.all([launch(), buildPage('production')]);
});
afterAll(async () => {
  await browser?.close();
  await built?.remove();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await newPage();
});
afterEach(() => context.close());

async function newPage(): Promise<Page> {
  complaints = [];
  const made = await context.newPage();
  made.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  made.on('pageerror', (error) => complaints.push(error.message));
  return made;
}

const put = (tab: Page, shelf: string, id: string): Promise<string> =>
  tab.evaluate(
    ([shelf, id]) => window.lab.inWorker('put', shelf, id, { 'info.json': [1] }).then(() => 'kept', String),
    [shelf, id],
  );

const part = <T>(name: string, ...args: unknown[]): Promise<T> =>
  page.evaluate(([name, args]) => window.lab.inWorker(name, ...args), [name, args] as const) as Promise<T>;

describe('served', () => {
  let workbench: SlowWorkbench;
  let server: RunningServer;
  beforeEach(async () => {
    workbench = slowWorkbench();
    server = await startServer({ workbench, studioDir: built.folder, port: 0 });
  });
  afterEach(() => server.close());

  test('the token leaves the address, the cookie opens the rest, and the page is isolated', async () => {
    await page.goto(`${server.url}#view=1`);
    expect(page.url()).toBe(`${server.origin}/#view=1`);
    await page.waitForFunction(() => !!window.lab);
    expect(await page.evaluate(() => [document.cookie, crossOriginIsolated])).toEqual(['', true]);
    expect(await page.evaluate(() => window.lab.http().project())).toMatchObject({ name: 'test' });
    await page.reload();
    expect(
      await page.evaluate(() =>
        window.lab
          .http()
          .rows({ data: 'x' })
          .then(({ data }) => [...data]),
      ),
    ).toEqual([1, 2, 3, 4]);
    expect(complaints).toEqual([]);
    const stranger = await browser.newPage();
    expect((await stranger.goto(server.origin))!.status()).toBe(401);
    await stranger.close();
  });

  test("another site's page can neither call nor embed it", async () => {
    await page.goto(server.url);
    const host = await plainHost(built.folder);
    const evil = await context.newPage();
    await evil.goto(host.url); // same host name, another port: the cookie is sent, as cookies know no ports
    const answers = await evil.evaluate(async (origin) => {
      const attempt = (init?: RequestInit) =>
        fetch(`${origin}/api/call/list`, { credentials: 'include', ...init }).then(
          () => 'read',
          () => 'refused',
        );
      const image = new Promise((resolve) => {
        const element = new Image();
        element.onload = () => resolve('loaded');
        element.onerror = () => resolve('refused');
        element.src = `${origin}/`;
      });
      return [await attempt(), await attempt({ method: 'POST', body: 'x' }), await image];
    }, server.origin);
    expect(answers).toEqual(['refused', 'refused', 'refused']);
    await host.close();
  });

  test('inline scripts and other hosts are shut out by the policy', async () => {
    await page.goto(server.url);
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.inline = true';
      document.head.append(script);
      const away = await fetch('http://localhost:9/').then(
        () => 'sent',
        () => 'blocked',
      );
      return ['inline' in window, away];
    });
    expect(ran).toEqual([false, 'blocked']);
    expect(complaints.join()).toMatch(/Content Security Policy/);
  });

  test('a job goes on while the page is closed, and the next page hears every epoch of it', async () => {
    workbench.pace = 40;
    await page.goto(server.url);
    await page.waitForFunction(() => !!window.lab);
    await page.evaluate(() => {
      void window.lab.http().learn({ data: 'digits', method: 'vae', options: { epochs: 25 } });
    });
    await page.waitForTimeout(300);
    await page.close();
    page = await newPage();
    await page.goto(server.origin);
    await page.waitForFunction(() => !!window.lab);
    const heard = await page.evaluate(async () => {
      const client = window.lab.http();
      const [job] = await client.jobs();
      const epochs: number[] = [];
      const space = await client.attach(job.id, {
        onProgress: ({ detail }) => {
          const { record } = detail as { record?: { epoch: number } };
          if (record) epochs.push(record.epoch);
        },
      });
      return { state: job.state, epochs, space };
    });
    expect(heard.state).toBe('running');
    expect(heard.epochs).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(heard.space).toMatchObject({ id: 'learned', history: 25 });
  });

  test('files chosen in the page arrive', async () => {
    await page.goto(server.url);
    await page.waitForFunction(() => !!window.lab);
    await page.evaluate(async () => {
      const bytes = new Uint8Array(5_000_000).fill(3);
      const source = {
        name: 'rows.npy',
        byteLength: bytes.length,
        slice: async (a: number, b = bytes.length) => bytes.slice(a, b),
      };
      await window.lab.http().addData({ files: [source] });
    });
    expect(workbench.received).toEqual([{ name: 'rows.npy', bytes: 5_000_000, last: 3 }]);
  });

  test('models run on threads under the policy', async () => {
    await page.goto(server.url);
    await page.waitForFunction(() => !!window.lab);
    const { name, shape, first } = await page.evaluate(() => window.lab.runModel({ threads: 2 }));
    expect(name).toMatch(/^onnxruntime-web \d+\.\d+\.\d+, 2 threads$/);
    expect([shape, first]).toEqual([
      [256, 64],
      [0, 64],
    ]);
    expect(complaints).toEqual([]);
  });
});

describe('on a plain web host, below a path', () => {
  let host: Awaited<ReturnType<typeof plainHost>>;
  beforeEach(async () => {
    host = await plainHost(built.folder, { gzipped: true });
    await page.goto(host.url);
    await page.waitForFunction(() => !!window.lab);
  });
  afterEach(() => host.close());

  test('models run on one thread; WebGPU is used, or its absence said', async () => {
    expect(await page.evaluate(() => window.lab.runModel({}))).toMatchObject({
      name: expect.stringMatching(/, 1 thread$/),
      first: [0, 64],
    });
    const { name, first } = await page.evaluate(() => window.lab.runModel({ webgpu: true }));
    expect(name).toMatch(/, (WebGPU|1 thread \(no WebGPU adapter here\))$/);
    expect(first).toEqual([0, 64]);
  });

  test('images are decoded pixel for pixel, and what is none is refused', async () => {
    const pixels = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 10, 20, 30, 255];
    expect(await part('image', [...png(2, 2, pixels)])).toEqual({ width: 2, height: 2, channels: 4, data: pixels });
    await expect(part('image', [1, 2, 3])).rejects.toThrow('FormatError image: a.png is not an image');
  });

  test('packs come from the site, gzipped whatever the host makes of .gz', async () => {
    const packs = (await readdir(new URL('../../packs/', import.meta.url), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(packs).toContain('digits');
    expect(await part('packs')).toEqual(packs.sort());
    expect(await part('packFile', 'digits', 'rows.npy.gz')).toEqual([0x1f, 0x8b]);
    await expect(part('packFile', 'digits', '../x')).rejects.toThrow(/no file/);
  });

  describe("a store in the browser's own files", () => {
    const info = { 'info.json': [123, 125] };

    test('keeps items, reads slices, lists, removes, and finds all after a reload', async () => {
      expect(await part('readMark')).toBeUndefined();
      await part('writeMark', [1]);
      await part('writeMark', [2]);
      await part('put', 'data', 'digits-2', { ...info, 'rows.npy': [0, 1, 2, 3, 4, 5] });
      await part('put', 'spaces', 'ae', info);
      await page.reload();
      await page.waitForFunction(() => !!window.lab);
      expect(await part('readMark')).toEqual([1]);
      expect(await part('list', 'data')).toEqual(['digits-2']);
      expect(await part('files', 'data', 'digits-2')).toEqual([
        { name: 'info.json', bytes: 2 },
        { name: 'rows.npy', bytes: 6 },
      ]);
      expect(await part('read', 'data', 'digits-2', 'rows.npy', 2, 4)).toEqual([2, 3]);
      await part('remove', 'data', 'digits-2');
      expect(await part('list', 'data')).toEqual([]);
      expect(await part('list', 'spaces')).toEqual(['ae']);
      await part('put', 'data', 'digits-2', info);
    });

    test('says what is wrong, with a code', async () => {
      await part('put', 'data', 'taken', info);
      await expect(part('put', 'maps', 'taken', info)).rejects.toThrow('StoreError exists');
      await expect(part('remove', 'data', 'none')).rejects.toThrow('StoreError no-such-item');
      await expect(part('files', 'maps', 'taken')).rejects.toThrow('StoreError no-such-item');
      await expect(part('read', 'data', 'taken', 'none', 0, 1)).rejects.toThrow('StoreError no-such-item');
      await expect(part('put', 'data', '../x', info)).rejects.toThrow('StoreError bad-name');
      await expect(part('put', 'data', 'x', { ...info, '../y': [1] })).rejects.toThrow('StoreError bad-name');
      await expect(part('put', 'data', 'x', { 'rows.npy': [1] })).rejects.toThrow(/info\.json is missing/);
    });

    test('of an item that was being written when the page died nobody sees anything, and it is swept', async () => {
      await part('put', 'data', 'before', info);
      let interrupted = 0;
      for (const pause of [1, 10, 30, 60, 100]) {
        await page.evaluate(() => void window.lab.inWorker('putLarge', 'data', 'large').catch(() => undefined));
        await page.waitForTimeout(pause);
        await page.evaluate(() => window.lab.stopWorker());
        await page.reload();
        await page.waitForFunction(() => !!window.lab);
        const seen = await part<string[]>('list', 'data');
        expect(seen).toContain('before');
        if (seen.includes('large'))
          await part('remove', 'data', 'large'); // it was whole
        else if ((await part<string[]>('tree')).some((path) => path.includes('large'))) {
          interrupted++;
          await part('put', 'maps', 'large', info); // the id is free, and this doesn't make the left-over whole
          expect(await part('list', 'data')).not.toContain('large');
          await part('remove', 'maps', 'large');
        }
      }
      expect(interrupted).toBeGreaterThan(0);
      await part('sweep');
      expect((await part<string[]>('tree')).filter((path) => path.includes('large'))).toEqual([]);
      await part('putLarge', 'data', 'large');
      expect(await part('list', 'data')).toEqual(['before', 'large']);
    });

    test('of two tabs that want one id, one has it', async () => {
      const other = await context.newPage();
      await other.goto(host.url);
      await other.waitForFunction(() => !!window.lab);
      const ends = await Promise.all([put(page, 'data', 'both'), put(other, 'maps', 'both')]);
      expect(ends.filter((end) => end === 'kept')).toHaveLength(1);
      expect(ends.filter((end) => end.includes('exists'))).toHaveLength(1);
    });
  });
});

/** A PNG of RGBA pixels, each line unfiltered. */
function png(width: number, height: number, pixels: number[]): Buffer {
  const lines = Array.from({ length: height }, (_, y) => [0, ...pixels.slice(y * width * 4, (y + 1) * width * 4)]);
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 6, 0, 0, 0]);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(lines.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  let crc = 0xffffffff;
  for (const byte of out.subarray(4, 8 + data.length)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  out.writeUInt32BE(~crc >>> 0, 8 + data.length);
  return out;
}
