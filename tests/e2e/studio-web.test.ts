/** The studio as a static site on a plain web host: everything in the page. And how much of it a browser must load. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, plainHost } from './server-browser.ts';
import { complaints, DIST, DIST_WEB, expectLivingLens, learn } from './studio-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

test('learns for two epochs in the page, and has all after a reload', async () => {
  const host = await plainHost(DIST_WEB, { isolated: true });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    const errors = complaints(page);
    await page.goto(host.url);
    await page.getByText('10,000 handwritten digits').waitFor({ timeout: 30_000 });
    await learn(page, /A chart to travel/, { epochs: '2', layers: '64' });
    await expectLivingLens(page);
    await page.reload();
    await page.getByTestId('crumb-space').getByText('digits-autoencoder').waitFor({ timeout: 30_000 });
    await expectLivingLens(page);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
    await host.close();
  }
});

test('says where learning runs and changes it, and leads its terms to the glossary', async () => {
  const host = await plainHost(DIST_WEB, { isolated: true });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(host.url);
    await page.getByText('10,000 handwritten digits').waitFor({ timeout: 30_000 });
    await page.getByTestId('verb-learn').click();
    await page
      .getByTestId('panel-learn')
      .getByRole('radio', { name: /A chart to travel/ })
      .check();
    await page.getByText('More', { exact: true }).click();
    const engine = page.getByTestId('engine');
    expect(await engine.textContent()).toMatch(/^Learning runs on this computer’s processor, in \d threads\.$/);
    await page.getByTestId('webgpu').check();
    await expect
      .poll(() => engine.textContent(), { timeout: 20_000 })
      .toMatch(/^(Learning runs on the graphics card; |This browser offers no graphics card )/);
    await page.reload();
    await page.getByTestId('verb-learn').click();
    await page.getByText('More', { exact: true }).click();
    expect(await page.getByTestId('webgpu').isChecked()).toBe(true);

    await page.getByRole('button', { name: 'what is it?' }).first().click();
    const [glossary] = await Promise.all([context.waitForEvent('page'), page.getByText('In the glossary').click()]);
    await glossary.locator('tr:has(:target)').getByText('latent dim').waitFor();
  } finally {
    await context.close();
    await host.close();
  }
});

test.each([
  ['served', DIST, /^(index|scout\.worker|decoder\.worker)-/],
  ['static', DIST_WEB, /^(index|scout\.worker|decoder\.worker)-/],
  ['static, with its Workbench,', DIST_WEB, /^(index|worker-client|workbench\.worker)-/],
])('the %s studio begins with less than 250 kB of its own JavaScript, gzipped', (_, folder, entries) => {
  const assets = join(folder, 'assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const begun = withImports(
    assets,
    scripts.filter((name) => entries.test(name)),
  );
  expect(begun.length).toBeGreaterThanOrEqual(3);
  expect(begun.reduce((sum, name) => sum + gzipped(join(assets, name)), 0)).toBeLessThan(250_000);
  // what is fetched when it is first needed
  const later = ['read', 'parquet-compressors', 'maps', 'kernels-umap', 'viewer', 'ort'];
  expect(begun.filter((name) => later.some((start) => name.startsWith(`${start}-`)))).toEqual([]);
});

/** Scripts and what they import from the start, and so on. */
function withImports(assets: string, entries: readonly string[]): string[] {
  const found = new Set(entries);
  for (const name of found) {
    const text = readFileSync(join(assets, name), 'utf8');
    for (const [, other] of text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) found.add(other);
  }
  return [...found];
}

function gzipped(file: string): number {
  return gzipSync(readFileSync(file)).byteLength;
}
