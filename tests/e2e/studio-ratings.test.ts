/** A space of ratings in the studio: somebody new picks items, stands on the map, and is told what comes next. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible, openStudio } from './studio-page.ts';

let opened: Awaited<ReturnType<typeof openStudio>>;

const KINDS = 'abc';
/** Users like one kind of items each: every third of 24 items. */
function table(): string {
  const lines = Array.from({ length: 60 }, (_, user) =>
    Array.from({ length: 6 }, (_, i) => `u${user},${KINDS[user % 3]}${(user * 5 + i * 3) % 8},${3 + (i % 3)}`),
  );
  return `user,item,rating\n${lines.flat().join('\n')}\n`;
}

beforeAll(async () => {
  opened = await openStudio({ bypassCSP: true });
  const { page } = opened;
  await page.getByTestId('verb-data').click();
  await page
    .getByTestId('data-files')
    .setInputFiles({ name: 'tastes.csv', mimeType: 'text/csv', buffer: Buffer.from(table()) });
  await page.getByTestId('data-add').click();
  await page.getByTestId('crumb-data').getByText('tastes').waitFor();
  await page.getByTestId('verb-learn').click();
  await page.getByRole('radio', { name: /Any method/ }).check();
  await page.getByLabel('method', { exact: true }).selectOption('als');
  await page.getByTestId('panel-learn').getByLabel('latent dim', { exact: true }).fill('3');
  await page.getByTestId('learn-start').click();
  await page.getByTestId('crumb-space').getByText('tastes-als').waitFor({ timeout: 60_000 });
});
afterAll(async () => {
  await opened?.browser.close();
  await opened?.studio.stop();
});
afterEach(() => expect(opened.errors.splice(0)).toEqual([]));

test('what comes next follows each choice', async () => {
  const { page } = opened;
  await page.getByTestId('verb-use').click();
  const panel = page.getByTestId('newcomer');
  const search = page.getByTestId('newcomer-search');
  for (const name of ['b0', 'b3', 'b5']) {
    await search.fill(name);
    await search.press('Enter');
  }
  const next = page.getByTestId('newcomer-next').getByRole('listitem');
  await expect.poll(async () => (await next.allInnerTexts()).slice(0, 5).map((text) => text[0])).toEqual([...'bbbbb']);
  await panel.getByText('where they stand on the map').waitFor();
  await panel.getByText('portolan recommend tastes-als').waitFor();
  await expectAccessible(page, 'the panel of somebody new');
  await page.getByRole('button', { name: 'Take b3 away' }).click();
  await expect.poll(async () => (await next.allInnerTexts()).some((text) => text.startsWith('b3'))).toBe(true);
  await panel.getByText('Begin anew').click();
  await expect.poll(() => next.count()).toBe(0);
});
