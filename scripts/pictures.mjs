/** `node scripts/pictures.mjs`: takes the pictures of docs/images from a studio that learns the digits as they are taken. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, launchBrowser } from './browser.mjs';
import { root } from './tools.mjs';

const out = join(root, 'docs/images');
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'portolan-pictures-'));
const studio = spawn(
  process.execPath,
  ['packages/portolan/bin/portolan.js', 'studio', '--no-open', '--port', '0', '--project', join(folder, 'voyage')],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
);
const url = await new Promise((resolve) => {
  studio.stdout.on('data', (chunk) => {
    const found = /http:\/\/\S+/.exec(String(chunk));
    if (found) resolve(found[0]);
  });
});
await ensureBrowser();
const browser = await launchBrowser();

try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const shoot = (name) => page.screenshot({ path: join(out, `${name}.png`) });
  const point = async (x, y) => {
    const box = await page.getByTestId('map').boundingBox();
    await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 8 });
    await page.waitForTimeout(1500);
  };

  await page.goto(url);
  await page.waitForTimeout(4000);
  await shoot('welcome');
  await page.getByRole('button', { name: 'Learn a space' }).click();
  await page.getByTestId('learn-start').click();
  await page.waitForTimeout(5000);
  await shoot('learning');
  await page.getByText('Learned', { exact: true }).waitFor({ timeout: 180_000 });
  const hint = page.getByRole('button', { name: 'Good' });
  if (await hint.isVisible()) await hint.click();
  await page.getByRole('button', { name: 'Close' }).last().click();
  await page.waitForTimeout(2500);
  await point(0.55, 0.45);
  await shoot('studio-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByTestId('toggle-plane').click();
  await page.waitForTimeout(6000);
  await point(0.4, 0.5);
  await shoot('studio-dark');
} finally {
  await browser.close();
  studio.kill();
  rmSync(folder, { recursive: true, force: true });
}
