/**
 * Rebuilds the emoji pack: `node packs/emoji/rebuild.mjs`, or `--check` to compare with what is here (the pixels depend
 * on the browser's version). The same subjects in two styles, Fluent Emoji Flat and Noto, as pictures of 32 × 32 pixels.
 */
import { join } from 'node:path';
import { drawSvgs } from '../draw-svgs.mjs';
import {
  categoryColumn,
  coarse,
  fetchPackage,
  finishPack,
  inTemporaryFolder,
  npyGz,
  readJson,
  textColumn,
} from '../pack-files.mjs';

const STYLES = { fluent: '@iconify-json/fluent-emoji-flat@1.2.6', noto: '@iconify-json/noto@1.2.9' };
const NAMES = 'unicode-emoji-json@0.9.0';
const KEYWORDS = 'emojilib@4.0.3';
const SIZE = 32;

await inTemporaryFolder(async (folder) => {
  const sets = Object.entries(STYLES).map(([style, source]) => {
    const { icons, width, height } = readJson(join(fetchPackage(source, folder), 'icons.json'));
    return { style, icons, width: width ?? 16, height: height ?? width ?? 16 };
  });
  const known = readJson(join(fetchPackage(NAMES, folder), 'data-by-emoji.json'));
  const words = readJson(join(fetchPackage(KEYWORDS, folder), 'dist/emoji-en-US.json'));
  const subjects = Object.entries(known)
    .map(([emoji, { name, slug, group }]) => ({ emoji, name, group, icon: slug.replaceAll('_', '-') }))
    .filter(({ group, icon }) => group !== 'Flags' && sets.every(({ icons }) => Object.hasOwn(icons, icon)));
  const samples = sets.flatMap((set) =>
    subjects.map((subject) => ({ ...subject, style: set.style, svg: svgOf(set, subject.icon) })),
  );
  const pixels = await drawSvgs(
    samples.map(({ svg }) => svg),
    SIZE,
  );
  const n = samples.length;
  const manifest = {
    name: 'emoji',
    title: 'Emoji in two styles',
    summary: `${subjects.length.toLocaleString('en')} emoji, each in two styles, ${SIZE} × ${SIZE} pixels in colour, with names, groups and keywords`,
    source: `npm packages ${[...Object.values(STYLES), NAMES, KEYWORDS].join(', ')}`,
    licence: 'MIT (Fluent Emoji by Microsoft, names, keywords), Apache-2.0 (Noto Emoji by Google)',
    medium: { kind: 'image', height: SIZE, width: SIZE, channels: 3 },
    nSamples: n,
    nFeatures: SIZE * SIZE * 3,
    scale: 1 / 255,
    rows: 'rows.npy.gz',
    label: 'group',
  };
  finishPack(import.meta.dirname, manifest, { 'rows.npy.gz': npyGz([n, SIZE * SIZE * 3], coarse(pixels)) }, [
    categoryColumn(
      'group',
      samples.map(({ group }) => group),
    ),
    categoryColumn(
      'style',
      samples.map(({ style }) => style),
    ),
    textColumn(
      'name',
      samples.map(({ name }) => name),
    ),
    textColumn(
      'keywords',
      samples.map(({ emoji }) => (words[emoji] ?? []).join(', ').replaceAll('_', ' ')),
    ),
  ]);
});

function svgOf({ icons, width, height }, name) {
  const { body, width: w = width, height: h = height } = icons[name];
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${w} ${h}" width="${SIZE}" height="${SIZE}">${body}</svg>`;
}
