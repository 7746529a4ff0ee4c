/**
 * Rebuilds the faces pack from the npm package `facesjs`: `node packs/drawn-faces/rebuild.mjs`, or `--check` to compare with
 * what is here (the pixels depend on the browser's version). The faces are drawn at random, always alike; what they
 * were drawn from is kept as columns.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { drawSvgs } from '../draw-svgs.mjs';
import {
  categoryColumn,
  coarse,
  finishPack,
  generator,
  installPackage,
  inTemporaryFolder,
  npyGz,
  numberColumn,
} from '../pack-files.mjs';

const SOURCE = 'facesjs@5.0.3';
const SIZE = 32;
const N = 3000;
const SEED = 17;

await inTemporaryFolder(async (folder) => {
  const { faceToSvgString, generate } = await import(
    pathToFileURL(join(installPackage(SOURCE, folder), 'build/index.js')).href
  );
  const uniform = generator(SEED);
  Math.random = uniform; // the package draws from it
  const faces = Array.from({ length: N }, () => {
    const gender = uniform() < 0.5 ? 'female' : 'male';
    // a plain jersey, so that a face differs by its face
    return {
      gender,
      face: generate({ jersey: { id: 'jersey' }, teamColors: ['#89bfd3', '#7a1319', '#07364f'] }, { gender }),
    };
  });
  const pixels = await drawSvgs(
    faces.map(({ face }) => squareHead(faceToSvgString(face))),
    SIZE,
  );
  const manifest = {
    name: 'drawn-faces',
    title: 'Drawn faces with known attributes',
    summary: `${N.toLocaleString('en')} faces drawn by a program, ${SIZE} × ${SIZE} pixels in colour, with what they were drawn from`,
    source: `npm package ${SOURCE} by ZenGM, LLC`,
    licence: 'Apache-2.0',
    medium: { kind: 'image', height: SIZE, width: SIZE, channels: 3 },
    nSamples: N,
    nFeatures: SIZE * SIZE * 3,
    scale: 1 / 255,
    rows: 'rows.npy.gz',
    label: 'gender',
  };
  const has = ({ id }) => (id === 'none' ? 'no' : 'yes');
  const of = (read) => faces.map(({ face }) => read(face));
  finishPack(import.meta.dirname, manifest, { 'rows.npy.gz': npyGz([N, SIZE * SIZE * 3], coarse(pixels)) }, [
    categoryColumn(
      'gender',
      faces.map(({ gender }) => gender),
    ),
    categoryColumn(
      'skin',
      of(({ body }) => body.color),
    ),
    categoryColumn(
      'hair color',
      of(({ hair }) => hair.color),
    ),
    categoryColumn(
      'hair',
      of(({ hair }) => hair.id),
    ),
    categoryColumn(
      'long hair',
      of(({ hairBg }) => has(hairBg)),
      ['no', 'yes'],
    ),
    categoryColumn(
      'beard',
      of(({ facialHair }) => has(facialHair)),
      ['no', 'yes'],
    ),
    categoryColumn(
      'glasses',
      of(({ glasses }) => has(glasses)),
      ['no', 'yes'],
    ),
    categoryColumn(
      'mouth',
      of(({ mouth }) => mouth.id),
    ),
    numberColumn(
      'fatness',
      of(({ fatness }) => fatness),
    ),
    numberColumn(
      'eye angle',
      of(({ eye }) => eye.angle),
    ),
  ]);
});

/** The head alone, of a drawing that is 400 wide and 600 high. */
function squareHead(svg) {
  return svg
    .replace(/viewBox="[^"]*"/, 'viewBox="20 90 360 360"')
    .replace(/ width="[^"]*" height="[^"]*"/, ` width="${SIZE}" height="${SIZE}"`);
}
