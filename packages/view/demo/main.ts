/** The map alone, on made-up points: ten classes that fan out like the codes of a small autoencoder. */
import { random } from '@portolan/core/base';
import { LatentMap, categoryColors, darkTheme, lightTheme } from '../src/index.ts';
import type { Density, NamedScale, Place, Thumbnails } from '../src/index.ts';

const element = document.querySelector<HTMLElement>('#map')!;
const form = document.querySelector('form')!;
const output = document.querySelector('output')!;
const map = new LatentMap(element, { label: 'Made-up digits' });
Object.assign(window, { map });

let labels = new Int32Array(0);
let places = new Float32Array(0);

/** x and y of each point, and z when it is for a map in space. */
function makePoints(n: number, seed: number, nComponents: 2 | 3): { places: Float32Array; labels: Int32Array } {
  const rng = random(seed);
  const classes = random(0); // the same for every arrangement
  const places = new Float32Array(nComponents * n);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const label = classes.below(10);
    const angle = (label / 10) * 2 * Math.PI + 0.14 * rng.normal() + seed;
    const radius = 2 + 9 * Math.abs(rng.normal()) * (1 + 0.5 * Math.sin(label * 3 + seed));
    labels[i] = label;
    places[nComponents * i] = radius * Math.cos(angle) + 0.35 * rng.normal();
    places[nComponents * i + 1] = radius * Math.sin(angle) * 0.8 + 0.35 * rng.normal();
    const height = 4 * Math.sin(label * 2 + seed) + 2 * rng.normal();
    if (nComponents === 3) places[3 * i + 2] = height;
  }
  return { places, labels };
}

function drawThumbnails(labels: Int32Array): Thumbnails {
  const variants = 20;
  const image = new OffscreenCanvas(28 * 10, 28 * variants);
  const context = image.getContext('2d')!;
  const rng = random(1);
  context.fillStyle = '#000';
  context.fillRect(0, 0, image.width, image.height);
  context.fillStyle = '#fff';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let k = 0; k < 10 * variants; k++) {
    const label = k % 10;
    context.setTransform(1, 0, 0, 1, 28 * label + 14, 28 * Math.floor(k / 10) + 15);
    context.rotate(0.18 * rng.normal());
    context.font = `${rng.below(2) ? 'italic' : ''} ${20 + rng.below(5)}px ${rng.below(2) ? 'serif' : 'sans-serif'}`;
    context.fillText(String(label), 0, 0);
  }
  const cells = labels.map((label, i) => 10 * (i % variants) + label);
  return { image, cellWidth: 28, cellHeight: 28, cells, ink: true };
}

function drawBackdrop(): ImageData {
  const image = new ImageData(64, 48);
  for (let i = 0; i < 64 * 48; i++) {
    const x = (i % 64) / 63;
    const y = Math.floor(i / 64) / 47;
    const wave = 0.5 + 0.25 * Math.sin(9 * x + 4 * y) + 0.25 * Math.cos(7 * y - 3 * x);
    image.data.set([90, 120, 150, 150 * wave * (1 - y)], 4 * i);
  }
  return image;
}

const field = (name: string): string => String(new FormData(form).get(name) ?? '');

const nComponents = (): 2 | 3 => (field('space') ? 3 : 2);

function at(i: number): Place {
  const [x, y, z] = places.subarray(nComponents() * i);
  return nComponents() === 3 ? [x, y, z] : [x, y];
}

function recolor(): void {
  const coloring = field('coloring');
  if (coloring === 'none') map.setColoring(null);
  else if (coloring === 'category') {
    map.setColoring({ type: 'category', codes: labels, colors: categoryColors(10, { dark: field('dark') === 'on' }) });
  } else {
    const values = Float32Array.from(labels, (_, i) => Math.hypot(at(i)[0], at(i)[1]));
    map.setColoring({ type: 'number', values, domain: [0, 25], scale: coloring as NamedScale });
  }
}

function update(): void {
  const dark = field('dark') === 'on';
  document.body.classList.toggle('dark', dark);
  map.setTheme(dark ? darkTheme : lightTheme);
  map.tool = field('tool') as 'pan';
  recolor();
  map.setThumbnails(field('thumbnails') ? drawThumbnails(labels) : null);
  map.setFilter(field('filter') ? Uint8Array.from(labels, (label) => (label < 5 ? 1 : 0)) : null);
  const extent = { xMin: -16, xMax: 16, yMin: -12, yMax: 12 };
  map.setBackdrop(field('backdrop') ? { image: drawBackdrop(), extent } : null);
  map.setLines(
    field('lines')
      ? Array.from({ length: 8 }, (_, k) => ({ points: [at(0), at(k + 1)], dashed: k % 2 > 0, opacity: 0.8 }))
      : [],
  );
  const density = field('density');
  map.setDensity(density === 'none' ? null : { by: density as Density['by'] });
  const pairs = Uint32Array.from({ length: 2 * Math.min(labels.length, 100_000) }, (_, k) => (k >> 1) + 10 * (k & 1));
  map.setEdges(field('edges') ? { pairs } : null);
  map.setPins(field('lines') ? [{ place: at(0), label: 'Sample 0' }, { place: at(5) }] : []);
}

function remake(): void {
  ({ places, labels } = makePoints(Number(field('count')), 0, nComponents()));
  map.setPoints(places, { nComponents: nComponents() });
  update();
}

map.on('hover', ({ place: [x, y], point }) => {
  output.value = `${x.toFixed(2)}, ${y.toFixed(2)}${point >= 0 ? ` · sample ${point}` : ''}`;
  map.setHighlight(point);
});
map.on('leave', () => map.setHighlight(-1));
map.on('select', ({ indices }) => (output.value = `${indices.length} selected`));
map.on('click', ({ point }) => point < 0 && map.setSelection(null));
map.on('error', ({ message }) => (output.value = message));
form.addEventListener('change', (event) => {
  if ((event.target as HTMLSelectElement).name === 'count') remake();
  else if ((event.target as HTMLSelectElement).name === 'space') glide();
  else update();
});
let seed = 0;
function glide(): void {
  places = makePoints(labels.length, ++seed % 4, nComponents()).places;
  map.setPoints(places, { nComponents: nComponents() });
  update();
}
form.querySelector<HTMLButtonElement>('[name=move]')!.addEventListener('click', glide);
form.querySelector<HTMLButtonElement>('[name=save]')!.addEventListener('click', async () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await map.toBlob({ scale: 2 }));
  link.download = 'map.png';
  link.click();
});
remake();
