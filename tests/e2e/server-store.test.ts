/** The store in the browser's own files does what every store does: the contract, run through a page's Worker. */
import { StoreError } from '@portolan/core/base';
import { piecesOf } from '@portolan/core/workbench';
import type { Store } from '@portolan/core/workbench';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { checkStore } from '../../packages/core/src/workbench/store-contract.fixture.ts';
import { buildPage, launch, plainHost } from './server-browser.ts';

let browser: Browser;
let built: Awaited<ReturnType<typeof buildPage>>;
let host: Awaited<ReturnType<typeof plainHost>>;
let context: BrowserContext | undefined;

beforeAll(async () => {
  [browser, built] = await Promise.all([launch(), buildPage('production')]);
  host = await plainHost(built.folder);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  await built?.remove();
});
afterEach(() => context?.close());

async function openTab(): Promise<Page> {
  const page = await context!.newPage();
  await page.goto(host.url);
  await page.waitForFunction(() => !!window.lab);
  return page;
}

/** The store of a tab, called from here. */
function storeIn(page: Page): Store {
  const call = async <T>(part: string, ...args: unknown[]): Promise<T> => {
    try {
      return (await page.evaluate(([part, args]) => window.lab.inWorker(part, ...args), [part, args] as const)) as T;
    } catch (error) {
      const [, code, message] = /StoreError ([\w-]+): (.*)/.exec((error as Error).message) ?? [];
      throw code ? new StoreError(message, { code }) : error;
    }
  };
  return {
    name: 'test',
    place: 'a browser',
    readMark: async () => {
      const bytes = await call<number[] | undefined>('readMark');
      return bytes && Uint8Array.from(bytes);
    },
    writeMark: (bytes) => call('writeMark', [...bytes]),
    list: (shelf) => call('list', shelf),
    files: (shelf, id) => call('files', shelf, id),
    async open(shelf, id, name) {
      const byteLength = await call<number>('size', shelf, id, name);
      const slice = async (start: number, end?: number): Promise<Uint8Array> =>
        Uint8Array.from(await call<number[]>('read', shelf, id, name, start, end));
      return { name, byteLength, slice };
    },
    put: (shelf, id, files) =>
      call(
        'put',
        shelf,
        id,
        Object.fromEntries(
          Object.entries(files).map(([name, bytes]) => [name, piecesOf(bytes).map((piece) => [...piece])]),
        ),
      ),
    remove: (shelf, id) => call('remove', shelf, id),
    sweep: () => call('sweep'),
  };
}

checkStore("the browser's own files", async () => {
  context = await browser.newContext();
  const [one, other] = [await openTab(), await openTab()];
  return { store: storeIn(one), again: () => storeIn(other) };
});
