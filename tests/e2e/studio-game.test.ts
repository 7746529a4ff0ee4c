/** Data that is drawn, and a GAN that learns it: played, slowed down, held, stepped, cancelled. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible, openStudio, pointAt } from './studio-page.ts';

let { browser, studio, page, errors } = {} as Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  ({ browser, studio, page, errors } = await openStudio({ bypassCSP: true }));
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

const count = async (): Promise<number> =>
  Number.parseInt((await page.getByTestId('draw-count').innerText()).replaceAll(',', ''), 10);

/** How often each player has stepped, as the deck says. */
async function steps(): Promise<{ discriminator: number; generator: number }> {
  const text = (await page.getByTestId('deck').innerText()).replaceAll(',', '');
  const of = (name: string): number => Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1]);
  return { discriminator: of('discriminator'), generator: of('generator') };
}

async function expectSteps(expected: { discriminator: number; generator: number }): Promise<void> {
  await expect.poll(steps, { timeout: 10_000 }).toEqual(expected);
}

test('draws by pointer and by keys, erases, goes back, and says how much is missing', async () => {
  await page.getByTestId('welcome-draw').click();
  const sheet = page.getByTestId('draw-sheet');
  await sheet.waitFor();
  expect(await page.getByTestId('draw-keep').isDisabled()).toBe(true);
  await sheet.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  const dab = await count();
  expect(dab).toBeGreaterThan(0);
  await expect.poll(() => page.getByTestId('draw').innerText()).toContain(`${100 - dab} more are missing`);
  const box = (await sheet.boundingBox())!;
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.2, 0.3));
  await page.mouse.down();
  await page.mouse.move(...at(0.8, 0.3), { steps: 10 });
  await page.mouse.up();
  const stroke = await count();
  expect(stroke).toBeGreaterThan(dab + 100);
  await page.keyboard.press('e');
  await page.mouse.move(...at(0.3, 0.3));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.3), { steps: 5 });
  await page.mouse.up();
  expect(await count()).toBeLessThan(stroke);
  await page.keyboard.press('z');
  expect(await count()).toBe(stroke);
  await page.keyboard.press('Shift+Z');
  expect(await count()).toBeLessThan(stroke);
  await page.getByRole('button', { name: 'Letters' }).click();
  await expect.poll(count).toBe(2000);
  await expectAccessible(page, 'the sheet');
  await page.getByRole('button', { name: 'Ring of 8' }).click();
  await page.getByTestId('draw').getByText('portolan data add drawing.csv --label ink').waitFor();
});

test('what is drawn is data, and a game of two is offered first', async () => {
  await page.getByTestId('draw-keep').click();
  await page.waitForURL(/data=drawing/);
  await page.getByTestId('panel-learn').waitFor();
  expect(await page.getByRole('radio', { name: /A game of two/ }).isChecked()).toBe(true);
  expect(await page.getByTestId('panel-learn').innerText()).toMatch(/From drawing, 2,500 samples/);
  await page.getByTestId('learn-start').click();
  await page.getByLabel(/What is made, in red, over the data/).waitFor();
  await expect.poll(() => page.getByTestId('coverage').innerText()).toMatch(/of 8/);
  expect(await page.getByTestId('made').innerText()).toMatch(/No map yet/);
});

test('holds, steps either player alone or both, and plays on slowly', async () => {
  await page.keyboard.press('k');
  await page.getByText('Paused', { exact: true }).waitFor();
  let before = await steps();
  for (;;) {
    await page.waitForTimeout(400);
    const now = await steps();
    if (JSON.stringify(now) === JSON.stringify(before)) break;
    before = now;
  }
  let { discriminator, generator } = before;
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await expectSteps({ discriminator: (discriminator += 2), generator });
  await page.getByTestId('deck').getByRole('button', { name: 'Generator' }).click();
  await expectSteps({ discriminator, generator: ++generator });
  await expect.poll(() => page.getByTestId('made').innerText()).toMatch(/by the generator as it stands/);
  // it was held between two rounds, or in the middle of one: then the rest of it is left
  const next = await page.getByTestId('learning').innerText();
  await page.keyboard.press('b');
  if (/next: the discriminator/.test(next)) discriminator++;
  await expectSteps({ discriminator, generator: ++generator });
  await page.keyboard.press('b');
  await expectSteps({ discriminator: ++discriminator, generator: ++generator });
  await expectAccessible(page, 'a game that is held');
  await page.keyboard.press('s');
  await page.getByText('Slow motion', { exact: true }).waitFor();
  await expect.poll(async () => (await steps()).generator, { timeout: 20_000 }).toBeGreaterThan(generator + 1);
  const slow = await steps();
  await page.waitForTimeout(2000);
  const later = await steps();
  const made = later.generator + later.discriminator - slow.generator - slow.discriminator;
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThanOrEqual(9); // three a second
  await page.keyboard.press('k');
  await page.getByText('Paused', { exact: true }).waitFor();
});

test('is found as it was left by a page that comes back, and is cancelled at once', async () => {
  await page.reload();
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByTestId('made').waitFor();
  const { generator } = await steps();
  await page.getByTestId('deck').getByRole('button', { name: 'Play' }).click();
  await expect.poll(async () => (await steps()).generator, { timeout: 20_000 }).toBeGreaterThan(generator + 20);
  await page.keyboard.press('k');
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByTestId('made').waitFor({ state: 'detached' });
});

test('keeps what was learned so far, and its map comes then', async () => {
  await page.getByTestId('verb-learn').click();
  await page.getByText('More', { exact: true }).click();
  await page.getByLabel('inverter steps', { exact: true }).fill('100');
  await page.getByTestId('learn-start').click();
  await page.getByTestId('made').waitFor();
  await page.getByRole('button', { name: /Stop, keep it/ }).click();
  await page.getByText('Learned', { exact: true }).waitFor();
  await page.waitForURL(/space=drawing-gan/);
  await page.getByTestId('made').waitFor({ state: 'detached' });
  await page.locator('[data-testid=map][aria-busy=false]').waitFor();
  await pointAt(page, 0.5, 0.5);
  await page.getByTestId('lens').waitFor();
});

test('an absurd rate ends it with what to change, and nothing looks broken', async () => {
  await page.getByTestId('verb-learn').click();
  await page.getByLabel('learning rate', { exact: true }).fill('10');
  await page.getByTestId('learn-start').click();
  const panel = page.getByTestId('panel-learn');
  await panel.getByRole('alert').waitFor();
  for (const said of [await panel.getByRole('alert').innerText(), await page.getByTestId('learning').innerText()]) {
    expect(said).toMatch(/Learning diverged at step \d+/);
    expect(said).toMatch(/try learningRate 0.004 instead of 10, or clipNorm 1/);
  }
  expect(await page.getByLabel('learning rate', { exact: true }).inputValue()).toBe('10');
  expect(await page.getByTestId('deck').count()).toBe(0);
  expect(await page.getByTestId('made').count()).toBe(0);
  expect(errors.splice(0).join()).toMatch(/^[^,]*status of 422[^,]*$/); // the answer, as the browser notes it
});
