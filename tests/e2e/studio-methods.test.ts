/** Data that is made on the spot, methods beyond the recipes, and spaces of words. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectLivingLens, learn, openStudio, pointAt } from './studio-page.ts';

let { browser, studio, page, errors } = {} as Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  ({ browser, studio, page, errors } = await openStudio());
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

/** Begins to learn by a method of the list, its options as they are. */
async function startBy(title: string): Promise<void> {
  if (!(await page.getByTestId('panel-learn').isVisible())) await page.getByTestId('verb-learn').click();
  await page.getByRole('radio', { name: /Any method/ }).check();
  await page.getByLabel('method', { exact: true }).selectOption({ label: title });
  await page.getByTestId('learn-start').click();
}

async function learnBy(title: string): Promise<void> {
  await startBy(title);
  await page.getByText('Learned', { exact: true }).waitFor();
}

test('makes sprites, which are what is looked at then', async () => {
  await page.getByTestId('verb-data').click();
  await page.getByTestId('make-what').selectOption('sprites');
  await page.getByLabel('n samples', { exact: true }).fill('300');
  await expect.poll(() => page.getByText('portolan data make sprites --n-samples 300').count()).toBe(1);
  await page.getByTestId('make-data').click();
  await page.waitForURL(/data=sprites/);
  expect(await page.getByText(/300 samples · 32 × 32/).count()).toBeGreaterThan(0);
});

test('learns by a method that no recipe names, and decodes what lies anywhere', async () => {
  await learnBy('Factor analysis');
  await page.waitForURL(/space=sprites-factor-analysis/);
  await expectLivingLens(page);
});

test('shows the words around a place in a space of words', async () => {
  const [url] = page.url().split('#');
  await page.goto('about:blank');
  await page.goto(`${url}#data=words`);
  await learn(page, /As they are/, {});
  await page.waitForURL(/space=words-vectors/);
  await page.locator('[data-testid=map][aria-busy=false]').waitFor();
  const said = new Set<string>();
  for (const x of [0.4, 0.5, 0.6]) {
    await pointAt(page, x, 0.5);
    const lens = page.getByTestId('lens');
    await lens.waitFor();
    await expect.poll(() => lens.innerText()).toMatch(/\S+\n+\S+\n+\S+/);
    said.add(await lens.innerText());
  }
  expect(said.size).toBeGreaterThan(1);
  expect(await page.getByTestId('nearest').getByRole('button').count()).toBe(8);
  // a word that is pointed at is looked at by its own vector, not by what its place on the map leads back to
  await pointAt(page, 0.5, 0.5);
  const row = (await page.getByText(/^sample \d+$/).textContent())!.replace('sample ', '');
  const nearest = page.getByTestId('mirror').locator('tbody tr').first();
  await expect.poll(() => nearest.locator('th').textContent()).toBe(row);
  expect(Number(await nearest.locator('td').first().textContent())).toBeLessThan(1e-3);
});

test('learns words from a text, and goes to them', async () => {
  const words = ['cat', 'dog', 'fish', 'bread', 'house', 'river'];
  const lines = Array.from({ length: 200 }, (_, i) => `the ${words[i % 6]} sees the ${words[(i * 5 + 1) % 6]} here`);
  await page.getByTestId('verb-data').click();
  const buffer = Buffer.from(lines.join('\n'));
  await page.getByTestId('data-files').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer });
  await page.getByTestId('data-add').click();
  await page.waitForURL(/data=notes/);
  await page.getByTestId('verb-map').click();
  expect(await page.getByTestId('map-form').innerText()).toMatch(/holds no numbers to map by/);
  await learnBy('word2vec');
  await page.waitForURL(/data=notes-word2vec-items.*space=notes-word2vec/);
  await page.locator('[data-testid=map][aria-busy=false]').waitFor();
  await pointAt(page, 0.5, 0.5);
  await expect.poll(() => page.getByTestId('lens').innerText()).toMatch(/\S+\n+\S+/);
  expect(await page.getByText('Nothing can be decoded here').count()).toBe(0);
});

test('shows what a generator makes of nothing while it learns', async () => {
  await page.getByTestId('verb-data').click();
  await page.getByTestId('make-what').selectOption('gaussians');
  await page.getByLabel('n samples', { exact: true }).fill('1000');
  await page.getByTestId('make-data').click();
  await page.waitForURL(/data=gaussians/);
  await startBy('Generative adversarial network');
  await page.getByLabel(/What is made, in red, over the data/).waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByTestId('learning').waitFor({ state: 'detached' });
});
