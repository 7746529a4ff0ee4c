/**
 * Rebuilds the pack of named colours from the npm package `color-name-list`: `node packs/colors/rebuild.mjs`, or
 * `--check` to compare with what is here. Each colour is a picture of one pixel, so that it shows as itself.
 */
import { join } from 'node:path';
import {
  categoryColumn,
  fetchPackage,
  finishPack,
  inTemporaryFolder,
  npyGz,
  readJson,
  textColumn,
} from '../pack-files.mjs';

const SOURCE = 'color-name-list@14.29.0';
/** hues in degrees at which one family ends and the next begins */
const HUES = [
  [15, 'red'],
  [45, 'orange'],
  [70, 'yellow'],
  [165, 'green'],
  [195, 'cyan'],
  [255, 'blue'],
  [290, 'violet'],
  [345, 'magenta'],
  [360, 'red'],
];

await inTemporaryFolder((folder) => {
  const list = readJson(join(fetchPackage(SOURCE, folder), 'dist/colornames.bestof.json'));
  const rgb = list.map(({ hex }) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const manifest = {
    name: 'colors',
    title: 'Named colours',
    summary: `${list.length.toLocaleString('en')} colours with the names that people gave them`,
    source: `npm package ${SOURCE}, the best of the color names by David Aerne and contributors`,
    licence: 'MIT',
    medium: { kind: 'image', height: 1, width: 1, channels: 3 },
    nSamples: list.length,
    nFeatures: 3,
    scale: 1 / 255,
    rows: 'rows.npy.gz',
    label: 'family',
  };
  const rows = { 'rows.npy.gz': npyGz([list.length, 3], Uint8Array.from(rgb.flat())) };
  const names = textColumn(
    'name',
    list.map(({ name }) => name),
  );
  finishPack(import.meta.dirname, manifest, rows, [categoryColumn('family', rgb.map(familyOf)), names]);
});

/** What family a colour is of: by its hue, or by its lightness where it has hardly any. */
function familyOf([r, g, b]) {
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  const chroma = high - low;
  if (high < 40) return 'black';
  if (chroma < 24) return low > 225 ? 'white' : 'grey';
  const sector = high === r ? (g - b) / chroma : high === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
  const hue = (60 * sector + 360) % 360;
  if (hue >= 15 && hue < 45 && high < 150) return 'brown';
  return HUES.find(([end]) => hue < end)[1];
}
