/** What the studio's browser tests share: the served studio over a fresh project, and looks at its page. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launch } from './server-browser.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
export const DIST = path('../../packages/studio/dist');
export const DIST_WEB = path('../../packages/studio/dist-web');

/** `portolan studio` as a person starts it, on a project of its own. */
export async function startStudio(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-studio-'));
  const program = spawn(
    process.execPath,
    [
      path('../../packages/portolan/bin/portolan.js'),
      'studio',
      '--no-open',
      '--port',
      '0',
      '--project',
      join(folder, 'voyage'),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /http:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    };
    program.stdout.on('data', listen);
    program.stderr.on('data', listen);
    program.on('exit', (code) => reject(new Error(`portolan studio ended with ${code}: ${said}`)));
  });
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.removeAllListeners('exit').once('exit', () => undefined);
      program.kill();
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3000))]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A browser on a studio of its own, on the first page: what most of the studio's tests begin with. */
export async function openStudio(options: BrowserContextOptions = {}) {
  const [browser, studio] = await Promise.all([launch(), startStudio()]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const errors = complaints(page);
  await page.goto(studio.url);
  return { browser, studio, context, page, errors };
}

/** Errors that the page threw or wrote to its console, to be empty at the end. */
export function complaints(page: Page): string[] {
  const out: string[] = [];
  page.on('pageerror', (error) => out.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') out.push(message.text());
  });
  return out;
}

/** Learns a space from what is open, by the Learn panel. */
export async function learn(page: Page, recipe: RegExp, options: Record<string, string>): Promise<void> {
  if (!(await page.getByTestId('panel-learn').isVisible())) await page.getByTestId('verb-learn').click();
  await page.getByTestId('panel-learn').getByRole('radio', { name: recipe }).check();
  for (const [name, text] of Object.entries(options)) {
    const field = page.getByLabel(name, { exact: true });
    if (!(await field.isVisible())) await page.getByText('More', { exact: true }).click();
    await field.fill(text);
  }
  await page.getByTestId('learn-start').click();
  await page.getByText('Learned', { exact: true }).waitFor({ timeout: 120_000 });
}

/** Puts the pointer on a place of the map, given as shares of its width and height. */
export async function pointAt(page: Page, x: number, y: number): Promise<void> {
  const box = (await page.getByTestId('map').boundingBox())!;
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 4 });
}

/** What the lens shows at a place: where it lives in the space, and its picture. */
export async function lookAt(page: Page, x: number, y: number): Promise<string> {
  await pointAt(page, x, y);
  await page.getByTestId('lens').waitFor();
  await page.waitForTimeout(250);
  return page
    .getByTestId('lens')
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** The lens decodes: different places, different pictures, and the same place the same again. */
export async function expectLivingLens(page: Page): Promise<void> {
  await page.locator('[data-testid=map][aria-busy=false]').waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1500); // the camera comes to rest
  await expect
    .poll(() => lookAt(page, 0.5, 0.5).then((picture) => picture.length), { timeout: 20_000 })
    .toBeGreaterThan(300);
  const here = await lookAt(page, 0.35, 0.4);
  const there = await lookAt(page, 0.65, 0.6);
  const corner = await lookAt(page, 0.3, 0.75);
  expect(new Set([here, there, corner]).size).toBe(3);
  expect(await lookAt(page, 0.35, 0.4)).toBe(here);
}

const axe = readFile(path('../../node_modules/axe-core/axe.min.js'), 'utf8');

/** No violation of WCAG 2 A and AA, nor of axe's best practices. The context must bypass the content policy. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.addScriptTag({ content: await axe });
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`,
    );
  });
  expect(violations, what).toEqual([]);
}
