/** What a newcomer meets on the way: what opens, what comes next, and that nothing lies over what one is looking at. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible, openStudio } from './studio-page.ts';

let { browser, studio, page, errors } = {} as Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  ({ browser, studio, page, errors } = await openStudio({ bypassCSP: true }));
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** The tests below are one visit, in this order. */
test('shows what each space of the zoo holds, in whole pictures', async () => {
  const pictures = page.locator('.zoo img');
  await pictures.first().waitFor();
  expect(await pictures.count()).toBeGreaterThanOrEqual(7);
  await expect
    .poll(() =>
      pictures.evaluateAll((images) => images.every((image) => (image as HTMLImageElement).naturalHeight > 0)),
    )
    .toBe(true);
  await expectAccessible(page, 'the first page with the zoo');

  await page.setViewportSize({ width: 390, height: 640 });
  const last = page.locator('.zoo button').last();
  await last.scrollIntoViewIfNeeded();
  const [card, rail] = await Promise.all([last.boundingBox(), page.getByTestId('verb-data').boundingBox()]);
  expect(card!.y + card!.height, 'the last card can be reached on a small page').toBeLessThanOrEqual(rail!.y);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('offers a map of data without a space, and keeps what is one’s own apart from what ships', async () => {
  expect(await page.getByTestId('welcome-map').count()).toBe(0);
  await page.getByTestId('verb-data').click();
  await page.getByTestId('data-files').setInputFiles({
    name: 'own.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      `a,b,kind,note\n${Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * 3) % 11},${'xyz'[i % 3]},row ${i}`).join('\n')}`,
    ),
  });
  await page.getByTestId('data-add').click();
  const entry = page.getByTestId('panel-data').getByRole('button', { name: /^own 60 samples/ });
  await entry.waitFor();
  await expect
    .poll(
      async () => {
        const [row, panel] = await Promise.all([entry.boundingBox(), page.getByTestId('panel-data').boundingBox()]);
        return row!.y >= panel!.y && row!.y + row!.height <= panel!.y + panel!.height;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  await page.getByTestId('welcome-map').click();
  await page
    .getByTestId('panel-map')
    .getByRole('button', { name: /^Map with/ })
    .click();
  await page.getByTestId('map-face').waitFor({ timeout: 60_000 });
});

test('gives filters the room they need, and no more', async () => {
  await page.getByTestId('strip').getByRole('button', { name: 'Filter' }).click();
  const card = page.getByTestId('filter-kind');
  await card.waitFor();
  expect((await card.boundingBox())!.width).toBeLessThan(260);
  await page.getByTestId('strip').getByRole('button', { name: 'Close' }).click();
});

test('opens faces as pictures, and says what can be done next', async () => {
  await page.getByTestId('verb-data').click();
  await page.getByRole('button', { name: 'Faces', exact: true }).click();
  await page.waitForURL(/space=faces-vae/);
  await page.locator('[data-testid=toggle-pictures][aria-pressed=true]').waitFor();
  await page.getByTestId('strip').getByRole('button', { name: 'Learning' }).click();
  await page.getByRole('button', { name: 'Draw new ones' }).click();
  await page.getByTestId('panel-travel').getByRole('button', { name: 'Draw 12' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('strip').getByRole('button', { name: 'Close' }).click();
});

test('takes the lens away while something is drawn around', async () => {
  await page.locator('[data-testid=map][aria-busy=false]').waitFor({ timeout: 60_000 });
  const box = (await page.getByTestId('map').boundingBox())!;
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.getByTestId('tool-lasso').click();
  await page.mouse.move(...at(0.3, 0.3), { steps: 4 });
  await page.getByTestId('lens').waitFor();
  await page.mouse.down();
  await page.mouse.move(...at(0.7, 0.3), { steps: 4 });
  await page.getByTestId('lens').waitFor({ state: 'detached' });
  await page.mouse.move(...at(0.6, 0.8), { steps: 4 });
  await page.mouse.up();
  await page.getByText(/^\d[\d,]* selected$/).waitFor();
});

test('has help in the header, whose title is one, and panels as wide as a narrow page', async () => {
  await page.getByRole('button', { name: 'Help' }).click();
  const title = page.getByRole('heading', { name: 'Keys' });
  const { size, below } = await title.evaluate((element) => {
    const look = getComputedStyle(element);
    return { size: parseFloat(look.fontSize), below: parseFloat(look.marginBottom) };
  });
  expect(size).toBeGreaterThan(24);
  expect(below).toBeGreaterThanOrEqual(16);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByTestId('verb-travel').click();
  expect((await page.getByTestId('panel-travel').boundingBox())!.width).toBe(390);
});
