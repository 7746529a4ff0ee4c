/** A model from elsewhere in the studio: chosen or dropped, asked about only where it leaves something open, decoded. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, plainHost } from './server-browser.ts';
import { complaints, DIST_WEB, expectAccessible, expectLivingLens, startStudio } from './studio-page.ts';

const model = (name: string): string =>
  fileURLToPath(new URL(`../../packages/core/src/spaces/brought-models/${name}`, import.meta.url));

let browser: Browser;
let studio: Awaited<ReturnType<typeof startStudio>>;
beforeAll(async () => {
  browser = await launch();
  studio = await startStudio();
});
afterAll(async () => {
  await browser?.close();
  await studio?.stop();
});

async function withPage(use: (page: Page, errors: string[]) => Promise<void>, url = studio.url): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  try {
    const page = await context.newPage();
    const errors = complaints(page);
    await page.goto(`${url}#data=digits`);
    await page.getByTestId('crumb-data').getByText('digits').waitFor({ timeout: 30_000 });
    await use(page, errors);
  } finally {
    await context.close();
  }
}

test('a PyTorch VAE of one picture a call is brought without a question, and the lens decodes it', () =>
  withPage(async (page, errors) => {
    await page.getByTestId('verb-learn').click();
    await page.getByTestId('bring-files').setInputFiles([model('vae-encoder.onnx'), model('vae-decoder.onnx')]);
    await page.getByTestId('bring').click();
    await page.getByTestId('crumb-space').getByText('digits-vae').waitFor({ timeout: 60_000 });
    await expectLivingLens(page);
    expect(errors).toEqual([]);
  }));

test('what an encoder leaves open is asked for in place, and what is no model is refused in a line', () =>
  withPage(async (page) => {
    await drop(page, 'vae-encoder.onnx');
    const error = page.getByTestId('bring-error');
    await page.getByTestId('bring').click();
    await error.getByText('does not say how pixels are scaled').waitFor({ timeout: 30_000 });
    await expectAccessible(page, 'the question');
    await page.getByTestId('bring-range').fill('-1');
    await page.getByTestId('bring').click();
    await error.getByText('expected two numbers').waitFor();
    await page.getByTestId('bring-range').fill('-1, 1');
    await page.getByTestId('bring').click();
    await page.getByTestId('crumb-space').getByText('digits-vae-2').waitFor({ timeout: 60_000 });

    await drop(page, 'unknown-operator.onnx');
    await page.getByTestId('bring-data').selectOption('');
    await page.getByTestId('bring').click();
    await error.getByText('uses the operator Warp of com.example').waitFor({ timeout: 30_000 });
  }));

test('a decoder alone shows what it draws', () =>
  withPage(async (page, errors) => {
    await drop(page, 'vae-decoder.onnx');
    await page.getByTestId('bring').click();
    await page.getByTestId('crumb-space').getByText('vae', { exact: true }).waitFor({ timeout: 60_000 });
    await expectLivingLens(page);
    expect(errors).toEqual([]);
  }));

test('without a server the page brings it itself', async () => {
  const host = await plainHost(DIST_WEB, { isolated: true });
  try {
    await withPage(async (page, errors) => {
      await page.getByTestId('verb-learn').click();
      await page.getByTestId('bring-files').setInputFiles([model('bytes-encoder.onnx'), model('wide-decoder.onnx')]);
      await page.getByTestId('bring').click();
      await page.getByTestId('crumb-space').getByText('digits-bytes').waitFor({ timeout: 60_000 });
      await expectLivingLens(page);
      expect(errors).toEqual([]);
    }, host.url);
  } finally {
    await host.close();
  }
});

/** Lets a file fall on the page. */
async function drop(page: Page, name: string): Promise<void> {
  const bytes = [...readFileSync(model(name))];
  const transfer = await page.evaluateHandle(
    ({ bytes, name }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], name));
      return transfer;
    },
    { bytes, name },
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await page.getByTestId('bring').waitFor();
}
