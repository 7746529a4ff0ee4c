/** SVG pictures → pixels, by the browser that the tests use too. */
import { ensureBrowser, launchBrowser } from '../scripts/browser.mjs';

/**
 * @param svgs  texts of SVG documents
 * @returns RGB bytes on white, [n, size, size, 3]
 */
export async function drawSvgs(svgs, size) {
  await ensureBrowser();
  const browser = await launchBrowser();
  const out = new Uint8Array(svgs.length * size * size * 3);
  try {
    const page = await browser.newPage();
    for (let from = 0; from < svgs.length; from += 100) {
      const some = svgs.slice(from, from + 100);
      const base64 = await page.evaluate(drawInPage, { some, size });
      out.set(Buffer.from(base64, 'base64'), from * size * size * 3);
    }
  } finally {
    await browser.close();
  }
  return out;
}

/* global document, Image */
async function drawInPage({ some, size }) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let bytes = '';
  for (const svg of some) {
    const image = new Image(size, size);
    image.src = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
    await image.decode();
    context.fillStyle = 'white';
    context.fillRect(0, 0, size, size);
    context.drawImage(image, 0, 0, size, size);
    const { data } = context.getImageData(0, 0, size, size);
    for (let i = 0; i < data.length; i += 4) bytes += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
  }
  return btoa(bytes);
}
