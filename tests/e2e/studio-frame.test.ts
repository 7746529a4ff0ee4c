/** Checkpoints of a learning, mapped in one frame, and passed through by the time line under the map. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible, learn, openStudio } from './studio-page.ts';

let { browser, studio, page, errors } = {} as Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  ({ browser, studio, page, errors } = await openStudio({ bypassCSP: true }));
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

const address = (): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.slice(1));
const line = () => page.getByTestId('frame-line');

/** The tests below are one visit, in this order. */
test('a space and its checkpoints are mapped in one frame', async () => {
  const lines = Array.from({ length: 300 }, (_, i) =>
    [...Array.from({ length: 8 }, (_, c) => (i % 3) * 5 * (c % 2) + Math.sin(i * (c + 1))), 'abc'[i % 3]].join(','),
  );
  await page.getByTestId('verb-data').click();
  const text = `${[...'ABCDEFGH'].join(',')},kind\n${lines.join('\n')}\n`;
  await page
    .getByTestId('data-files')
    .setInputFiles({ name: 'numbers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByLabel('label column').fill('kind');
  await page.getByTestId('data-add').click();
  await page.getByTestId('crumb-data').getByText('numbers').waitFor();

  await learn(page, /A chart to travel/, { epochs: '8', layers: '16', checkpoints: '3' });
  await page.getByTestId('verb-map').click();
  const form = page.getByTestId('map-form');
  await form.getByRole('radio', { name: /^UMAP/ }).check();
  await form.getByLabel('n epochs', { exact: true }).fill('60');
  await form.getByText('In one frame with others').click();
  await form.getByText('its 3 checkpoints, epochs 2, 4, 6').click();
  await form.getByText(/^portolan map numbers-autoencoder-epoch-2 .* numbers-autoencoder --method umap/).waitFor();
  await form.getByLabel('alignment', { exact: true }).waitFor();
  await form.getByRole('button', { name: 'Map 4 with UMAP' }).click();
  await line().getByText('4 of 4').waitFor({ timeout: 60_000 });
  expect(address().get('space')).toBe('numbers-autoencoder');
  await expectAccessible(page, 'a map in a frame');
});

test('the line moves the points from one to the next, at one view', async () => {
  await page.waitForTimeout(1500); // the camera comes to rest
  const view = address().get('at');
  const before = await page.getByTestId('map').screenshot();
  const slider = page.getByTestId('frame-slider');
  await slider.focus();
  await page.keyboard.press('Home');
  await line().getByText('epoch 2').waitFor();
  await expect.poll(() => address().get('space')).toBe('numbers-autoencoder-epoch-2');
  await page.locator('[data-testid=map][aria-busy=false]').waitFor();
  await page.waitForTimeout(1000);
  expect((await page.getByTestId('map').screenshot()).equals(before)).toBe(false);
  expect(address().get('at')).toBe(view);
});

test('played, it ends at the last', async () => {
  await page.getByTestId('frame-play').click();
  await expect.poll(() => address().get('space'), { timeout: 20_000 }).toBe('numbers-autoencoder');
  await line().getByRole('button', { name: 'Play' }).waitFor();
});

test('left while it plays, it calls nobody back', async () => {
  await page.getByTestId('frame-play').click();
  await line().getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByTestId('verb-data').click();
  await page.getByTestId('panel-data').getByRole('button', { name: /^digits/ }).click(); // prettier-ignore
  await expect.poll(() => address().get('data')).toBe('digits');
  await page.waitForTimeout(5000); // all of the line, had it gone on
  expect([address().get('data'), address().get('map')]).toEqual(['digits', null]);
});
