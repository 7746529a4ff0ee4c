/**
 * `node scripts/pictures.mjs [voyage] [maps] [games] [zoo]`: takes the pictures of docs/images from a studio, which learns
 * the digits as they are taken (voyage), shows maps that the command line has just made (maps), or lets a GAN play and
 * opens a space of the zoo (games); and draws what stands beside the zoo's names in the studio (zoo).
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, launchBrowser } from './browser.mjs';
import { root } from './tools.mjs';

const PARTS = { voyage, maps, games, zoo };
const BIN = 'packages/portolan/bin/portolan.js';
const out = join(root, 'docs/images');
/** whose codes are decoded for the zoo, as shares of the data */
const SAMPLES = [0.001, 0.31, 0.0056, 0.83];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in PARTS));
if (unknown) {
  console.error(`no pictures ${unknown}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
mkdirSync(out, { recursive: true });
await ensureBrowser();
const browser = await launchBrowser();
try {
  for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) await PARTS[name]();
} finally {
  await browser.close();
}

/** From the first look to a space that was learned. */
async function voyage() {
  await inStudio([], async ({ url, page, shoot, point }) => {
    await page.goto(url);
    await page.waitForTimeout(4000);
    await shoot('welcome');
    await page.getByRole('button', { name: 'Learn a space' }).click();
    await page.getByTestId('learn-start').click();
    await page.getByText(/[3-9]\s+of 10/).waitFor({ timeout: 180_000 });
    await page.waitForTimeout(1000);
    await shoot('learning');
    await page.getByText('Learned', { exact: true }).waitFor({ timeout: 180_000 });
    await dismissHint(page);
    await page.getByTestId('strip').getByRole('button', { name: 'Close' }).click();
    await page.waitForTimeout(2500);
    await point(0.62, 0.3);
    await shoot('studio-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByTestId('toggle-plane').click();
    await page.waitForTimeout(6000);
    await point(0.4, 0.5);
    await shoot('studio-dark');
  });
}

/** A game of two on points that were drawn, and a space of the zoo with pictures of its samples. */
async function games() {
  await inStudio([], async ({ url, page, shoot, point, settle }) => {
    await page.goto(url);
    await page.getByRole('button', { name: 'Draw some' }).click();
    await page.getByRole('button', { name: 'Ring of 8' }).click();
    await page.getByRole('button', { name: 'Learn from it' }).click();
    await page.getByTestId('learn-start').click();
    await page.waitForTimeout(20_000);
    await shoot('game');
    await page.getByRole('button', { name: 'Stop, keep it' }).click();
    await page.getByText('Learned', { exact: true }).waitFor({ timeout: 180_000 });
    await page.getByTestId('verb-data').click();
    await page.getByRole('button', { name: 'Faces', exact: true }).click();
    await settle();
    await dismissHint(page);
    await page.keyboard.press('Escape');
    await page.getByTestId('strip').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await settle();
    await point(0.47, 0.45);
    await shoot('studio-faces');
  });
}

/** Maps of the digits' rows: by UMAP with what is told of it, by t-SNE in the dark, two beside each other, in space. */
async function maps() {
  const made = [
    ['umap', '--name', 'umap'],
    ['tsne', '--name', 'tsne'],
    ['pacmap', '--name', 'space', '--n-components', '3'],
  ];
  const commands = made.map(([method, ...flags]) => ['map', 'digits', '--method', method, '--seed', '0', ...flags]);
  await inStudio(commands, async ({ url, page, shoot, point, settle }) => {
    const show = async (query) => {
      await page.goto('about:blank');
      await page.goto(`${url}#data=digits&${query}`);
      await settle();
      await dismissHint(page);
    };
    await show('map=umap&show=pictures');
    await point(0.41, 0.765);
    await shoot('map-umap');
    await page.emulateMedia({ colorScheme: 'dark' });
    await show('map=tsne');
    await page.getByTestId('verb-map').click();
    await page.getByTestId('color-by-kept').click();
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await settle();
    await page.getByTestId('map-quality').evaluate((element) => element.scrollIntoView());
    await point(0.62, 0.4);
    await shoot('map-tsne-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await show('map=umap&beside=tsne');
    await point(0.655, 0.39);
    await shoot('map-beside');
    await show('map=space&show=pictures');
    await page.mouse.move(600, 400);
    await page.mouse.down();
    await page.mouse.move(720, 360, { steps: 12 });
    await page.mouse.up();
    await settle();
    await point(0.5, 0.45);
    await shoot('map-space');
  });
}

/** Of each space of the zoo four codes of samples, decoded: strokes as ink on nothing, else as they are. */
async function zoo() {
  const { openProject } = await import('portolan');
  const { encodePng, toneOf } = await import('@portolan/core/pictures');
  const at = join(root, 'packages/studio/public/zoo-pictures');
  const folder = mkdtempSync(join(tmpdir(), 'portolan-zoo-'));
  mkdirSync(at, { recursive: true });
  try {
    const project = openProject(folder);
    for (const { name } of await project.zoo()) {
      const { space } = await project.openZoo({ name });
      const { data, rows: n, cols } = await project.codes({ space });
      const four = Float32Array.from(
        SAMPLES.map((share) => Math.floor(share * n)).flatMap((row) => [
          ...data.subarray(row * cols, (row + 1) * cols),
        ]),
      );
      const rows = await project.decode({ space, codes: { data: four, rows: SAMPLES.length, cols } });
      const { medium } = (await project.list()).find(({ id }) => id === space);
      const { width, height } = medium;
      const pixels = sideBySide(
        rows.data,
        medium,
        toneOf(medium, { data: rows.data, nSamples: rows.rows, nFeatures: rows.cols, scale: 1 }),
      );
      writeFileSync(
        join(at, `${name}.png`),
        encodePng(pixels, { width: width * SAMPLES.length, height, channels: 4, level: 9 }),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns RGBA, [height, samples * width, 4] */
function sideBySide(values, { width, height, channels }, tone) {
  const n = SAMPLES.length;
  const out = new Uint8ClampedArray(n * height * width * 4);
  for (let i = 0; i < n * height * width; i++) {
    const [k, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const to = 4 * ((y * n + k) * width + x);
    if (tone === 'ink') out[to + 3] = 255 * values[i];
    else
      for (let c = 0; c < 4; c++) out[to + c] = c === 3 ? 255 : 255 * values[i * channels + (channels === 3 ? c : 0)];
  }
  return out;
}

/** @param commands  of the command line, run in the project before the studio opens it */
async function inStudio(commands, take) {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-pictures-'));
  const project = ['--project', join(folder, 'voyage')];
  for (const command of commands) execFileSync(process.execPath, [BIN, ...command, ...project, '-q'], { cwd: root });
  const studio = spawn(process.execPath, [BIN, 'studio', '--no-open', '--port', '0', ...project], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise((resolve) => {
      studio.stdout.on('data', (chunk) => {
        const found = /http:\/\/\S+/.exec(String(chunk));
        if (found) resolve(found[0]);
      });
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    await take({
      url,
      page,
      shoot: async (name) => writeFileSync(join(out, `${name}.webp`), await asWebp(await page.screenshot())),
      settle: () => page.waitForTimeout(4000),
      async point(x, y) {
        const box = await page.getByTestId('map').boundingBox();
        await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 8 });
        await page.waitForTimeout(1500);
      },
    });
    await page.close();
  } finally {
    studio.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A quarter of the PNG, by the browser's own encoder. */
async function asWebp(png) {
  const page = await browser.newPage();
  const url = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.9);
  }, png.toString('base64'));
  await page.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

async function dismissHint(page) {
  const hint = page.getByRole('button', { name: 'Got it' });
  if (await hint.isVisible()) await hint.click();
}
