/** Maps in the studio put to use: new rows placed on them, the graph of neighbours drawn, turned to each other, saved. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launch } from './server-browser.ts';
import { complaints, expectAccessible, startStudio } from './studio-page.ts';

let browser: Browser;
let studio: Awaited<ReturnType<typeof startStudio>>;
let page: Page;
let errors: string[];

const WIDTH = 8;
const KINDS = ['amber', 'birch', 'coral'];

/** Three groups of points, with names. */
function table(n: number, seed: number, { width = WIDTH, named = true } = {}): string {
  const value = (i: number, c: number): number => (i % 3) * 5 * (c % 2) + Math.sin((i + seed) * (c + 1.3));
  const line = (i: number): string =>
    [...Array.from({ length: width }, (_, c) => value(i, c).toFixed(4)), ...(named ? [KINDS[i % 3]] : [])].join(',');
  const head = [...Array.from({ length: width }, (_, c) => `f${c}`), ...(named ? ['kind'] : [])].join(',');
  return `${head}\n${Array.from({ length: n }, (_, i) => line(i)).join('\n')}\n`;
}
const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

async function panel(verb: string): Promise<void> {
  if (!(await page.getByTestId(`panel-${verb}`).isVisible())) await page.getByTestId(`verb-${verb}`).click();
}

async function add(name: string, text: string): Promise<void> {
  await panel('data');
  await page.getByTestId('data-files').setInputFiles(file(`${name}.csv`, text));
  await page.getByLabel('label column').fill('kind');
  await page.getByTestId('data-add').click();
  await page.getByTestId('crumb-data').getByText(name).waitFor();
}

async function map(method: RegExp): Promise<void> {
  await panel('map');
  await page.getByTestId('map-form').getByRole('radio', { name: method }).check();
  await page.getByTestId('map-start').click();
}

/** What a click gives the person to keep. */
async function saved(click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return readFile(await download.path(), 'utf8');
}

beforeAll(async () => {
  [browser, studio] = await Promise.all([launch(), startStudio()]);
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true })).newPage();
  errors = complaints(page);
  await page.goto(studio.url);
  await add('later', table(60, 7));
  await add('woods', table(300, 0));
  await map(/^PCA/);
  await page.getByTestId('crumb-map').getByText('woods-rows-pca').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** The tests below are one visit, in this order. */
test('lines join nearest neighbours, and the address keeps them', async () => {
  const lines = page.getByTestId('toggle-edges');
  await lines.click();
  expect(await lines.getAttribute('aria-pressed')).toBe('true');
  await expect.poll(() => page.url()).toContain('show=neighbours');
  await panel('map');
  await page.getByText(/^[\d,]+: each and its 5 in woods$/).waitFor();
  await page.getByTestId('edges').uncheck();
  await expect.poll(() => page.url()).not.toContain('neighbours');
});

test('rows of another data set come among the fitted, with how well they are placed', async () => {
  await page.getByText('New rows on it').click();
  await page.getByTestId('place-data').selectOption('later');
  await page.getByTestId('placed').getByText('60 rows of later are on the map as diamonds').waitFor();
  const part = page.getByTestId('place-rows');
  await part.getByText('label accuracy').waitFor();
  await part.getByText('Measured on 60 placed rows.').waitFor();
  await page.getByTestId('legend-placed').getByText('60 rows of later').waitFor();
  await expectAccessible(page, 'the map panel with placed rows');
  const csv = await saved(() => page.getByTestId('place-save').click());
  const lines = csv.trim().split('\n');
  expect(lines[0]).toBe('x,y');
  expect(lines).toHaveLength(61);
  for (const line of lines.slice(1)) expect(line.split(',').every((cell) => Number.isFinite(Number(cell)))).toBe(true);
});

test('and those of a file; one of another width is refused in a sentence', async () => {
  await page.getByTestId('place-files').setInputFiles(file('few.csv', table(4, 3, { named: false })));
  await page.getByTestId('placed').getByText('4 rows of few.csv').waitFor();
  await page.getByTestId('place-files').setInputFiles(file('narrow.csv', table(4, 3, { width: 3, named: false })));
  await page
    .getByTestId('place-rows')
    .getByRole('alert')
    .getByText(/3 features, expected 8/)
    .waitFor();
  await page.getByTestId('place-clear').click();
  await page.getByTestId('legend-placed').waitFor({ state: 'detached' });
});

test('they belong to one map: another has none, until one goes back', async () => {
  await page.getByTestId('place-data').selectOption('later');
  await page.getByTestId('placed').waitFor();
  await map(/^LDA/);
  await page.getByTestId('crumb-map').getByText('woods-rows-lda').waitFor();
  await page.getByTestId('legend-placed').waitFor({ state: 'detached' });
});

test('a new map is turned to any earlier one of the same samples', async () => {
  await panel('map');
  const form = page.getByTestId('map-form');
  await form.getByRole('radio', { name: /^MDS/ }).check();
  await form.getByText('More', { exact: true }).click();
  await page.getByTestId('map-align-to').selectOption('woods-rows-pca');
  await form.getByText('--align woods-rows-pca').waitFor();
  await page.getByTestId('map-start').click();
  await page.getByTestId('crumb-map').getByText('woods-rows-mds').waitFor();
  await panel('map');
  await page.getByTestId('map-quality').getByText('turned to woods-rows-pca').waitFor();
});

test('a table of the map says how much of its neighbourhood each point keeps', async () => {
  await page.getByRole('button', { name: 'Save' }).click();
  const csv = await saved(() => page.getByRole('menuitem', { name: /^CSV/ }).click());
  const [head, first] = csv.split('\n');
  expect(head).toBe('x,y,row,kind,neighbours kept');
  const kept = Number(first.split(',').at(-1));
  expect(kept).toBeGreaterThanOrEqual(0);
  expect(kept).toBeLessThanOrEqual(1);
});
