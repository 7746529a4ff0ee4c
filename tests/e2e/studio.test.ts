/** The studio as a person meets it: served by `portolan studio`, with real learning, in a real browser. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launch } from './server-browser.ts';
import { complaints, expectAccessible, expectLivingLens, learn, lookAt, pointAt, startStudio } from './studio-page.ts';

let browser: Browser;
let studio: Awaited<ReturnType<typeof startStudio>>;
let context: BrowserContext;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [browser, studio] = await Promise.all([launch(), startStudio()]);
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await context.newPage();
  errors = complaints(page);
  await page.goto(studio.url);
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** The tests below are one visit, in this order. */
describe('a visit', () => {
  test('begins with the digits and one thing to do', async () => {
    await page.getByRole('button', { name: 'Learn a space' }).waitFor();
    await page.getByText('10,000 handwritten digits').waitFor();
    await expectAccessible(page, 'first screen');
  });

  test('learns a space while the map, the losses and the pictures are seen, and then has a living lens', async () => {
    await page.getByRole('button', { name: 'Learn a space' }).click();
    await expectAccessible(page, 'Learn panel');
    const learned = learn(page, /A chart to travel/, { epochs: '2' });
    await page.getByTestId('learning').waitFor();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await learned;
    await page.getByLabel('Moment of learning').waitFor();
    await expectLivingLens(page);
    expect(await page.getByTestId('nearest').locator('li').count()).toBe(8);
    await page.getByTestId('mirror').getByRole('row').nth(8).waitFor({ state: 'attached' });
    await expectAccessible(page, 'map');
  });

  test('shows what is under the pointer within a frame at the median', async () => {
    for (let i = 0; i < 60; i++) await pointAt(page, 0.3 + (i % 10) * 0.04, 0.3 + i * 0.006);
    const times = await page.evaluate(() =>
      (globalThis as unknown as { portolan: { timings: { total: number; decode: number }[] } }).portolan.timings.slice(
        -150,
      ),
    );
    const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
    expect(times.length).toBeGreaterThan(50);
    expect(median(times.map((t) => t.total))).toBeLessThan(16.7);
    expect(median(times.map((t) => t.decode))).toBeLessThan(4);
  });

  test('decodes the whole plane behind the points', async () => {
    const before = await page.getByTestId('map').screenshot();
    await page.getByTestId('toggle-plane').click();
    await page.waitForURL(/show=plane/);
    await expect.poll(async () => (await page.getByTestId('map').screenshot()).equals(before)).toBe(false);
    await page.getByTestId('toggle-plane').click();
  });

  test('selects by a box, filters by the legend, and undoes both', async () => {
    const box = (await page.getByTestId('map').boundingBox())!;
    await page.getByTestId('tool-box').click();
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.7, { steps: 4 });
    await page.mouse.up();
    const table = page.getByTestId('selection');
    await table.waitFor();
    expect(Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThan(20);
    await expectAccessible(page, 'selection');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await download).suggestedFilename()).toBe('digits.csv');
    await page.getByTestId('tool-pan').click();

    await page.getByTestId('legend-3').click({ modifiers: ['Shift'] });
    expect(await page.getByTestId('legend-4').getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await page.getByTestId('legend-4').getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('10001');
    await page.getByRole('button', { name: 'Redo' }).click();
    await expect.poll(async () => Number(await table.getAttribute('aria-rowcount'))).toBeLessThan(10_001);
  });

  test('keeps pins in the address, and a link opens the same elsewhere', async () => {
    const box = (await page.getByTestId('map').boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.5);
    await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.6);
    await expect.poll(() => page.getByTestId('pins').locator('li').count()).toBe(2);
    await page.waitForURL(/pins=/);
    await page.getByRole('button', { name: 'Share' }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await context.newPage();
    await other.goto(link);
    await expect.poll(() => other.getByTestId('pins').locator('li').count(), { timeout: 20_000 }).toBe(2);
    await other.close();
  });

  test('travels from sample to sample, and opens panels, by the keyboard', async () => {
    await page.keyboard.press('Escape');
    await page
      .getByTestId('map')
      .getByLabel(/^Map of the latent space/)
      .focus();
    await page.keyboard.press('ArrowRight');
    const first = await page.getByTestId('mirror').innerText();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.getByTestId('mirror').innerText()).not.toBe(first);
    await page.keyboard.press('6');
    await page.getByTestId('panel-judge').waitFor();
    await expectAccessible(page, 'Judge panel');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await expectAccessible(page, 'keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.getByLabel('What to search for').fill('7');
    await page.getByRole('dialog').getByText('The first 40').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('learns in more dimensions, and moves off the plane by sliders', async () => {
    await learn(page, /Straight and instant/, { 'latent dim': '6' });
    await page.getByTestId('crumb-map').waitFor({ timeout: 30_000 });
    await expectLivingLens(page);
    const before = await lookAt(page, 0.5, 0.5);
    const slider = page.getByLabel(/^Latent dimension/).nth(3);
    await slider.focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Back to the plane' }).waitFor();
    expect(await lookAt(page, 0.5, 0.5)).not.toBe(before);
    await expectAccessible(page, 'sliders');
  });

  test('takes data of one’s own, and says in place what is wrong with it', async () => {
    await page.keyboard.press('Escape');
    await page.getByTestId('verb-data').click();
    await expectAccessible(page, 'Data panel');
    const rows = Array.from({ length: 60 }, (_, i) => `${i},${Math.sin(i)},${i % 7},${i % 2 ? 'odd' : 'even'}`);
    await page
      .getByTestId('data-files')
      .setInputFiles({ name: 'broken.npy', mimeType: '', buffer: Buffer.from('not npy') });
    await page.getByTestId('data-add').click();
    await page.getByTestId('data-error').waitFor();
    expect(await page.getByTestId('data-error').innerText()).toMatch(/npy/);
    errors.length = 0; // the browser notes the refusal too
    const csv = ['a,b,c,parity', ...rows].join('\n');
    await page
      .getByTestId('data-files')
      .setInputFiles({ name: 'numbers.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByLabel('label column').fill('parity');
    await page.getByTestId('data-add').click();
    await page.getByRole('heading', { name: 'No space of numbers yet.' }).waitFor();
    expect(await page.getByTestId('crumb-data').innerText()).toBe('numbers');
  });

  test('finds everything after a reload, and in the dark', async () => {
    await page.getByTestId('crumb-data').click();
    await page.getByRole('menuitem', { name: /^digits/ }).click();
    await page.getByTestId('crumb-space').click();
    await page.getByRole('menuitem', { name: /digits-autoencoder/ }).click();
    await page.waitForURL(/space=digits-autoencoder/);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    await page.getByTestId('crumb-space').getByText('digits-autoencoder').waitFor();
    await expectLivingLens(page);
    await expectAccessible(page, 'dark map');
    await page.setViewportSize({ width: 800, height: 900 });
    await page.getByRole('button', { name: 'Inspect' }).click();
    await expectAccessible(page, 'narrow and dark');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide).toBe(0);
  });
});
