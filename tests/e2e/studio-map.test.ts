/** Maps in the studio: made as they unfold, stopped, gone on with, cancelled; and what they say of themselves. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { plainHost } from './server-browser.ts';
import { complaints, DIST_WEB, expectAccessible, openStudio } from './studio-page.ts';

let { browser, studio, page, errors } = {} as Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  ({ browser, studio, page, errors } = await openStudio({ bypassCSP: true }));
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** Three groups of points in eight dimensions, with names. */
function table(n: number): string {
  const line = (i: number): string =>
    [...Array.from({ length: 8 }, (_, c) => (i % 3) * 5 * (c % 2) + Math.sin(i * (c + 1))), 'abc'[i % 3]].join(',');
  return `${[...'ABCDEFGH'].join(',')},kind\n${Array.from({ length: n }, (_, i) => line(i)).join('\n')}\n`;
}

async function addTable(to: Page, n: number): Promise<void> {
  await to.getByTestId('verb-data').click();
  const file = { name: 'numbers.csv', mimeType: 'text/csv', buffer: Buffer.from(table(n)) };
  await to.getByTestId('data-files').setInputFiles(file);
  await to.getByLabel('label column').fill('kind');
  await to.getByTestId('data-add').click();
  await to.getByTestId('crumb-data').getByText('numbers').waitFor();
}

/** Fills in the form; what it makes is waited for by the test. */
async function map(on: Page, method: RegExp, options: Record<string, string> = {}): Promise<void> {
  if (!(await on.getByTestId('panel-map').isVisible())) await on.getByTestId('verb-map').click();
  const form = on.getByTestId('map-form');
  await form.getByRole('radio', { name: method }).check();
  for (const [name, text] of Object.entries(options)) {
    const field = form.getByLabel(name, { exact: true });
    if (!(await field.isVisible())) await form.getByText('More', { exact: true }).click();
    await field.fill(text);
  }
  await on.getByTestId('map-start').click();
}

/** The tests below are one visit, in this order. */
test('offers each method with a sentence, and says its command', async () => {
  await addTable(page, 400);
  await page.getByTestId('verb-map').click();
  const form = page.getByTestId('map-form');
  for (const method of [/^UMAP/, /^t-SNE/, /^PCA/]) await form.getByRole('radio', { name: method }).waitFor();
  await form.getByRole('radio', { name: /^UMAP/ }).check();
  await form.getByLabel('n neighbors', { exact: true }).fill('10');
  await form.getByText('portolan map numbers --method umap --n-neighbors 10', { exact: true }).waitFor();
  await form.getByLabel('n neighbors', { exact: true }).fill('many');
  expect(await page.getByTestId('map-start').isDisabled()).toBe(true);
  await form.getByLabel('n neighbors', { exact: true }).fill('15');
  await expectAccessible(page, 'Map panel');
});

test('unfolds on the map, and stopping keeps it', async () => {
  await map(page, /^UMAP/, { 'n epochs': '100000' });
  const card = page.getByTestId('mapping');
  await card.getByText(/^iteration [\d,]+ of 100,000/).waitFor({ timeout: 60_000 });
  await page.getByTestId('legend-a').waitFor(); // points are there
  const early = await page.getByTestId('map').screenshot();
  await page.waitForTimeout(1000);
  expect((await page.getByTestId('map').screenshot()).equals(early)).toBe(false);
  await expectAccessible(page, 'a map unfolding');
  await page.getByTestId('map-stop').click();
  await page.getByTestId('map-face').waitFor({ timeout: 60_000 });
  await page.waitForURL(/map=numbers-rows-umap/);
});

test('says on its face how far it can be believed, and colours by neighbours kept', async () => {
  expect(await page.getByTestId('map-face').innerText()).toMatch(/trust\s+\d+\.\d %\s+kept\s+\d+\.\d %\s+labels\s+\d/);
  await page.getByTestId('map-face').click();
  const quality = page.getByTestId('map-quality');
  await quality.getByText('of what is near here is near in truth').waitFor();
  await quality.getByText(/exactly, on 400 samples\. Made in .*, [\d,]+ iterations\.$/).waitFor();
  await quality.getByText('Stopped before its end.').waitFor();
  expect(await quality.getByRole('listitem').count()).toBeGreaterThan(0); // the method's cautions
  await page.getByTestId('color-by-kept').click();
  await page.getByRole('group', { name: 'Colour: neighbours kept' }).waitFor();
  await page.waitForURL(/color=neighbours/);
  await expectAccessible(page, 'a map’s quality');
  await page.getByTestId('color-by-kept').click();
  await page.getByTestId('legend-a').waitFor();
});

test('goes on with what was stopped, and cancelling leaves nothing', async () => {
  await page.getByTestId('color-by-kept').click();
  await page
    .getByRole('group', { name: 'Colour: neighbours kept' })
    .getByText(/^\d+ %$/)
    .first()
    .waitFor();
  await page.getByTestId('map-go-on').click();
  await page.getByTestId('legend-a').waitFor(); // what is kept isn’t known yet: the usual colours let one follow it
  await page
    .getByTestId('mapping')
    .getByText(/^iteration/)
    .waitFor({ timeout: 60_000 });
  await page.getByTestId('mapping').getByRole('button', { name: 'Cancel' }).click();
  await page.getByTestId('mapping').waitFor({ state: 'detached' });
  await page.getByRole('group', { name: 'Colour: neighbours kept' }).waitFor();
  await page.getByTestId('color-by-kept').click();
  await page.getByTestId('crumb-map').click();
  expect(await page.getByRole('menuitem').count()).toBe(1);
  await page.keyboard.press('Escape');
});

test('takes coordinates from elsewhere, and turns another map to them', async () => {
  if (!(await page.getByTestId('panel-map').isVisible())) await page.getByTestId('verb-map').click();
  const lines = Array.from({ length: 400 }, (_, i) => `${i % 3},${i / 100}`);
  const file = { name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(`x,y\n${lines.join('\n')}\n`) };
  await page
    .getByTestId('map-form')
    .getByRole('radio', { name: /^Own coordinates/ })
    .check();
  expect(await page.getByTestId('map-start').isDisabled()).toBe(true);
  await page.getByTestId('map-coordinates').setInputFiles(file);
  await page.getByTestId('map-start').click();
  await page.waitForURL(/map=numbers-rows-coordinates/);
  await page.getByTestId('map-face').waitFor();
  await map(page, /^PCA/);
  await page.waitForURL(/map=numbers-rows-pca/);
  await page.getByTestId('verb-map').click();
  await page.getByTestId('map-quality').getByText('turned to numbers-rows-coordinates').waitFor();
});

test('fits a narrow window, in the dark', async () => {
  await page.setViewportSize({ width: 800, height: 900 });
  if (!(await page.getByTestId('panel-map').isVisible())) await page.getByTestId('verb-map').click();
  await page.getByTestId('map-form').scrollIntoViewIfNeeded();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(600); // colours change gradually
  await expectAccessible(page, 'Map panel, narrow and dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('says in place what is wrong', async () => {
  await map(page, /^t-SNE/, { perplexity: '5000' });
  const error = page.getByTestId('map-form').getByRole('alert');
  await error.getByText(/perplexity 5000 needs more than 15000 samples, got 400; try at most 133/i).waitFor();
  errors.length = 0; // the browser notes the refusal too
  expect(await page.getByTestId('map-form').getByLabel('perplexity', { exact: true }).inputValue()).toBe('5000');
});

test('runs its kernels on threads in the static site, where the page is isolated, and without where it is not', async () => {
  for (const isolated of [true, false]) {
    const host = await plainHost(DIST_WEB, { isolated });
    const alone = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    try {
      const site = await alone.newPage();
      const wrong = complaints(site);
      const fetched: string[] = [];
      alone.on('request', (request) => fetched.push(request.url()));
      await site.goto(host.url);
      await site.getByTestId('crumb-data').waitFor({ timeout: 30_000 });
      const threads = await site.evaluate(() => (crossOriginIsolated ? navigator.hardwareConcurrency : 1));
      await addTable(site, 300);
      await map(site, /^UMAP/, { 'n epochs': '200' });
      await site.getByTestId('map-face').waitFor({ timeout: 60_000 });
      expect(fetched.some((url) => /\/kernel\.worker-/.test(url))).toBe(threads > 1);
      expect(fetched.some((url) => /\/kernels-umap-/.test(url))).toBe(true);
      expect(wrong).toEqual([]);
    } finally {
      await alone.close();
      await host.close();
    }
  }
});
