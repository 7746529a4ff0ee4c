/** What is done with a map in the studio: filters, the table, names, density, a second map, a map in space, files. */
import { readFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launch } from './server-browser.ts';
import { complaints, expectAccessible, startStudio } from './studio-page.ts';

const BIN = fileURLToPath(new URL('../../packages/portolan/bin/portolan.js', import.meta.url));
const N = 300;

let folder: string;
let browser: Browser;
let studio: Awaited<ReturnType<typeof startStudio>>;
let context: BrowserContext;
let page: Page;
let errors: string[];

/** Three groups in five dimensions, with names, a number and a text. */
function table(): string {
  const line = (i: number): string =>
    [
      ...Array.from({ length: 5 }, (_, c) => (i % 3) * 6 * (c % 2) + Math.sin(i * (c + 1))),
      ['red', 'green', 'blue'][i % 3],
      `${['apple', 'pear', 'plum'][i % 3]} tree ${i}`,
    ].join(',');
  return `A,B,C,D,E,kind,said\n${Array.from({ length: N }, (_, i) => line(i)).join('\n')}\n`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-chart-'));
  [browser, studio] = await Promise.all([launch(), startStudio()]);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  page = await context.newPage();
  errors = complaints(page);
  await page.goto(studio.url);
  await page.getByTestId('verb-data').click();
  const file = { name: 'trees.csv', mimeType: 'text/csv', buffer: Buffer.from(table()) };
  await page.getByTestId('data-files').setInputFiles(file);
  await page.getByLabel('label column').fill('kind');
  await page.getByTestId('data-add').click();
  await page.getByTestId('crumb-data').getByText('trees').waitFor();
  for (const dimensions of ['flat', 'in space']) {
    if (!(await page.getByTestId('panel-map').isVisible())) await page.getByTestId('verb-map').click();
    const form = page.getByTestId('map-form');
    await form.getByRole('radio', { name: /^PCA/ }).check();
    await form.getByRole('radio', { name: dimensions, exact: true }).check();
    await page.getByTestId('map-start').click();
    const id = dimensions === 'flat' ? 'trees-rows-pca' : 'trees-rows-pca-2';
    await page.getByTestId('crumb-map').getByText(id, { exact: true }).waitFor();
  }
  await page.getByTestId('verb-map').click();
  await choose('map', 'trees-rows-pca');
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

async function choose(crumb: string, id: string): Promise<void> {
  await page.getByTestId(`crumb-${crumb}`).click();
  await page
    .getByRole('menuitem')
    .filter({ has: page.getByText(id, { exact: true }) })
    .click();
  await page.getByTestId(`crumb-${crumb}`).getByText(id, { exact: true }).waitFor();
}
const tab = (name: string) => page.getByTestId('strip').getByRole('button', { name }).click();
const rowCount = async (): Promise<number> =>
  Number(await page.getByTestId('selection').getAttribute('aria-rowcount')) - 1;

test('filters by categories, numbers and texts together, undoes them and keeps them in the address', async () => {
  await tab('Filter');
  const cards = page.getByTestId('filters');
  await cards.getByTestId('filter-kind').getByRole('button', { name: /red/ }).click();
  await page.getByText(`200 of ${N} shown`).waitFor();
  await cards.getByTestId('filter-said').getByRole('searchbox').fill('plum');
  await page.getByText(`100 of ${N} shown`).waitFor();
  const least = cards.getByTestId('filter-A').getByLabel('A, at least');
  await least.focus();
  for (let i = 0; i < 4; i++) await least.press('PageUp');
  await expect
    .poll(async () =>
      Number(
        /^(\d+) of/.exec(
          await page
            .getByText(/ shown$/)
            .first()
            .innerText(),
        )![1],
      ),
    )
    .toBeLessThan(100);
  await expectAccessible(page, 'filters');
  await page.waitForURL(/filter=range/);
  await page.reload();
  await tab('Filter');
  await expect.poll(() => page.getByText(`100 of ${N} shown`).isVisible()).toBe(false);
  await page.getByTestId('strip').getByRole('button', { name: 'Show all' }).first().click();
  await page.getByText(`${N} of ${N} shown`).waitFor();
});

test('shows all as a table that sorts, and what is selected in it', async () => {
  await tab('Table');
  await expect.poll(rowCount).toBe(N);
  const values = (): Promise<string[]> => page.getByTestId('selection').locator('tbody td:first-child').allInnerTexts();
  const inOrder = await values();
  expect(inOrder.slice(0, 3)).toEqual(['0', '1', '2']);
  const header = page.getByTestId('selection').getByRole('columnheader', { name: 'said' });
  await header.getByRole('button').click();
  await header.getByRole('button').click();
  await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
  await expect.poll(async () => (await values())[0]).toBe('299'); // plum tree 299
  await page
    .getByTestId('selection')
    .getByRole('button', { name: '299', exact: true })
    .click({ modifiers: ['Control'] });
  await expect.poll(rowCount).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(rowCount).toBe(N);
});

test('finds samples by what they say, and goes on from there by the keys', async () => {
  await page.getByTestId('tool-lasso').focus(); // what has the focus must not be pressed by the stroke that ends the search
  await page.keyboard.press('/');
  await page.keyboard.type('plum tree 299');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByTestId('lens').waitFor();
  expect(await page.getByTestId('tool-lasso').getAttribute('aria-pressed')).toBe('false');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-roledescription'))).toBe('map');
  await page.getByTestId('inspector').getByText('plum tree 299').waitFor();
});

test('keeps all tools within a narrow window', async () => {
  for (const width of [1024, 800]) {
    await page.setViewportSize({ width, height: 800 });
    const bar = page.getByRole('toolbar', { name: 'Map tools' });
    const boxes = await Promise.all((await bar.getByRole('button').all()).map((button) => button.boundingBox()));
    expect(Math.max(...boxes.map((box) => box!.x + box!.width))).toBeLessThanOrEqual(width);
    expect(new Set(boxes.map((box) => Math.round(box!.y))).size).toBe(1); // in one line
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('writes names and density on the map', async () => {
  const plain = await page.getByTestId('map').screenshot();
  await page.getByTestId('toggle-words').click();
  await page.getByRole('menuitem', { name: 'Names of categories' }).click();
  await page.waitForURL(/words=categories/);
  await page.waitForTimeout(800);
  const named = await page.getByTestId('map').screenshot();
  expect(named.equals(plain)).toBe(false);
  await page.getByTestId('toggle-density').click();
  await page.waitForURL(/show=density/);
  await page.waitForTimeout(800);
  expect((await page.getByTestId('map').screenshot()).equals(named)).toBe(false);
  // in one line, so that it hides no points; the term says the rest
  const scale = page.getByTestId('density-scale');
  expect(await scale.innerText()).toMatch(/^Density: up to [\d,]+ points on 100 × 100 px$/);
  expect((await scale.boundingBox())!.height).toBeLessThan(34);
  await page.getByTestId('toggle-density').click();
});

test('puts another map beside it, with the same selection', async () => {
  // the only other map is in space, which can't stand beside
  expect(await page.getByTestId('tool-beside').count()).toBe(0);
  await choose('map', 'trees-rows-pca-2');
  await page.getByTestId('tool-beside').click();
  await page.getByRole('menuitem').filter({ hasText: 'trees-rows-pca' }).click();
  const second = page.getByTestId('beside');
  await expect.poll(() => second.getAttribute('aria-busy')).toBe('false');
  await page.waitForTimeout(1000);
  const before = await second.screenshot();
  await page.getByTestId('legend-red').click();
  await page.waitForTimeout(500);
  expect((await second.screenshot()).equals(before)).toBe(false);
  await page.getByTestId('legend-red').click();
  // each says whose figures they are
  expect(await second.innerText()).toMatch(/trust\s+\d/);
  await expectAccessible(page, 'two maps');
  await second.getByRole('button', { name: 'Close' }).click();
  await second.waitFor({ state: 'detached' });
});

test('turns a map in space, and says so in the address', async () => {
  const box = (await page.getByTestId('map').boundingBox())!;
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.waitForTimeout(1200);
  await page.mouse.move(...at(0.3, 0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.6, 0.4), { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => new URL(page.url()).hash.match(/at=([^&]+)/)?.[1].split('%2C').length).toBe(6);
  await choose('map', 'trees-rows-pca');
});

test('saves the map as a page that works alone, and as tables that are read back', async () => {
  const save = async (name: RegExp): Promise<Download> => {
    await page.getByTestId('strip').getByRole('button', { name: 'Save', exact: true }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name }).click();
    return download;
  };
  const html = join(folder, 'map.html');
  await (await save(/Web page/)).saveAs(html);
  const alone = await context.newPage();
  const wrong = complaints(alone);
  await alone.goto(`file://${html}`);
  await alone.getByText('300 points').waitFor();
  expect(wrong).toEqual([]);
  await alone.close();

  const parquet = join(folder, 'map.parquet');
  await (await save(/Parquet/)).saveAs(parquet);
  const { stdout } = await promisify(execFile)(process.execPath, [
    BIN,
    'data',
    'add',
    parquet,
    '--name',
    'again',
    '--json',
    '--project',
    join(folder, 'project'),
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ nSamples: N });

  const print = join(folder, 'print.png');
  await (await save(/for print/)).saveAs(print);
  const head = await readFile(print);
  expect([head.readUInt32BE(16), head.readUInt32BE(20)]).toEqual([4961, 3508]);
});

test('measures how many points this machine draws', async () => {
  await page.keyboard.press('?');
  await page.getByRole('button', { name: /How many points/ }).click();
  await page.getByRole('button', { name: 'Measure' }).click();
  await page.getByTestId('machine').getByText('10,000').waitFor();
  await expectAccessible(page, 'measuring');
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Close' }).last().click();
});
