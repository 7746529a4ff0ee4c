/** The studio off the main road: learning that is stopped, cancelled or fails, tables, links to what is gone. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { learn, lookAt, openStudio } from './studio-page.ts';

let { browser, studio, page, errors } = {} as Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  ({ browser, studio, page, errors } = await openStudio());
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** Starts learning for longer than a test takes. */
async function begin(): Promise<void> {
  if (!(await page.getByTestId('panel-learn').isVisible())) await page.getByTestId('verb-learn').click();
  await page.getByRole('radio', { name: /A chart to travel/ }).check();
  await page.getByLabel('epochs', { exact: true }).fill('500');
  await page.getByTestId('learn-start').click();
  await page.getByLabel('Moment of learning').waitFor();
}

/** The tests below are one visit, in this order. */
test('pauses, is found by another page, goes on, and stops with what is done', async () => {
  await begin();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  const [url] = page.url().split('#');
  await page.goto('about:blank');
  await page.goto(`${url}#data=digits`);
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/left ·/).waitFor();
  await page.getByRole('button', { name: 'Stop, keep it' }).click();
  await page.getByText('Learned', { exact: true }).waitFor();
  await page.getByText(/^stopped early/).waitFor();
  await page.waitForURL(/space=digits-autoencoder/);
});

test('replays its time line, whose end is the finished map', async () => {
  const line = page.getByLabel('Moment of learning');
  await page.getByText('finished', { exact: true }).waitFor();
  const finished = await page.getByTestId('map').screenshot();
  await line.fill('0');
  await page.getByText(/^epoch \d+\.\d$/).waitFor();
  await page.waitForTimeout(900);
  expect((await page.getByTestId('map').screenshot()).equals(finished)).toBe(false);
  await line.fill((await line.getAttribute('max'))!);
  await page.getByText('finished', { exact: true }).waitFor();
});

test('leaves nothing when cancelled, and goes back to where it began', async () => {
  await begin();
  expect(await page.getByTestId('crumb-space').innerText()).toBe('choose a space');
  expect(await page.getByText(/^Move over the map: the lens/).count()).toBe(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForURL(/space=digits-autoencoder/);
  expect(await page.getByTestId('crumb-space').innerText()).toBe('digits-autoencoder');
  await page.getByTestId('crumb-space').click();
  expect(await page.getByRole('menuitem').count()).toBe(1);
  await page.keyboard.press('Escape');
});

test('does not carry off who looks elsewhere meanwhile', async () => {
  await begin();
  await page.getByTestId('crumb-space').click();
  await page.getByRole('menuitem', { name: /^digits-autoencoder/ }).click();
  await page.getByRole('button', { name: 'Watch it' }).waitFor();
  await page.getByRole('button', { name: 'Stop, keep it' }).click();
  await page.getByRole('button', { name: 'Look at digits-autoencoder-2' }).waitFor();
  expect(await page.getByTestId('crumb-space').innerText()).toBe('digits-autoencoder');
  await page.getByRole('button', { name: 'Look at digits-autoencoder-2' }).click();
  await page.waitForURL(/space=digits-autoencoder-2/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForURL(/space=digits-autoencoder(&|$)/);
});

test('undoes by the keyboard what was done on the map by the keyboard', async () => {
  await page.locator('[data-testid=map][aria-busy=false]').waitFor();
  await page.waitForTimeout(1500);
  await page
    .getByTestId('map')
    .getByLabel(/^Map of the latent space/)
    .focus();
  await page.keyboard.press('ArrowRight');
  await page.getByTestId('lens').waitFor();
  await page.keyboard.press(' ');
  await page.waitForURL(/pins=s/);
  const before = page.url();
  await page.keyboard.press('+');
  await page.waitForURL((url) => url.href !== before);
  await page.keyboard.press('z');
  await page.waitForURL(before);
  await page.waitForTimeout(700); // the view has glided back, and that is not a step of its own
  await page.keyboard.press('z');
  await page.waitForURL((url) => !url.href.includes('pins='));
  await page.keyboard.press('Shift+Z');
  await page.waitForURL(/pins=s/);
  await page.getByRole('button', { name: 'Remove all' }).click();
});

test('says which option is wrong where one would begin', async () => {
  await page.getByTestId('verb-learn').click();
  await page.getByLabel('learning rate', { exact: true }).fill('1e30');
  await page.getByText('learning rate: At most 10.').waitFor();
  expect(await page.getByTestId('learn-start').isDisabled()).toBe(true);
  await page.getByLabel('learning rate', { exact: true }).fill('0.001');
});

test('opens the form again, as it was, when learning fails', async () => {
  await page.getByRole('radio', { name: /Straight and instant/ }).check();
  await page.getByLabel('latent dim', { exact: true }).fill('4000');
  await page.getByTestId('learn-start').click();
  const said = page.getByTestId('panel-learn').getByRole('alert');
  await said.waitFor();
  expect(await said.innerText()).toMatch(/4000/);
  expect(await page.getByLabel('latent dim', { exact: true }).inputValue()).toBe('4000');
  expect(await page.getByText(/Solved in one piece/).count()).toBe(0);
  errors.length = 0; // the browser notes the refusal too
});

test('shows the features of a table by name, and colours by them', async () => {
  await page.getByTestId('verb-data').click();
  const rows = Array.from({ length: 90 }, (_, i) => {
    const kind = i % 3;
    return `${150 + 10 * kind + (i % 5)},${0.1 + kind / 10},${['a', 'b', 'c'][kind]}`;
  });
  const csv = `height,share,kind\n${rows.join('\n')}`;
  await page
    .getByTestId('data-files')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByTestId('data-add').click();
  await page.getByRole('heading', { name: 'No space of people yet.' }).waitFor();
  await learn(page, /Straight and instant/, {});
  await page.waitForURL(/space=people-pca/);
  await page.getByTestId('legend-b').waitFor(); // by its one category, though nothing says it is the label
  await page.waitForTimeout(1200);
  await lookAt(page, 0.5, 0.5);
  expect(await page.getByTestId('features').getByRole('rowheader').allInnerTexts()).toEqual(['height', 'share']);
  await page.getByTestId('verb-map').click();
  await page.getByTestId('color-by').selectOption('height');
  await page.getByRole('group', { name: 'Colour: height' }).getByText('174').waitFor();
});

test('finds a space whose data was removed', async () => {
  await page.getByTestId('verb-data').click();
  await page.getByRole('button', { name: 'Remove people' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.waitForURL(/data=digits&space=digits-autoencoder-2/);
  await page.getByRole('button', { name: /^people-pca/ }).click();
  await page.waitForURL(/space=people-pca/);
  await page.locator('[data-testid=map][aria-busy=false]').waitFor();
  await page.waitForTimeout(1200);
  expect((await lookAt(page, 0.5, 0.5)).length).toBeGreaterThan(300);
});

test('keeps the rail free of the drawer at 800 pixels', async () => {
  await page.setViewportSize({ width: 800, height: 900 });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Inspect' }).click();
  await page.getByTestId('verb-use').click(); // under the drawer's side
  await page.getByTestId('panel-use').waitFor();
  await page.getByTestId('inspector').waitFor({ state: 'hidden' });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
});
