/** What a drawing can begin with: data that is made elsewhere too, and letters. */
import { dataGenerators } from '@portolan/core/data';
import { random } from '@portolan/core/base';
import { fitted, type Points } from './drawing.ts';

const N_POINTS = 2000;
const WITH_INKS = 2500;
const LETTER_HEIGHT = 120;

/** By a generator of the house; the classes that it knows become inks. */
export async function made(generator: string, options: Record<string, number | string>): Promise<Points> {
  const chosen = dataGenerators.find(({ name }) => name === generator)!;
  const { rows, columns, label } = await chosen.make({ nSamples: WITH_INKS, ...options });
  const column = columns.find(({ name }) => name === label);
  return fitted(rows.data, column?.type === 'category' ? column.codes : new Int32Array(rows.nSamples));
}

/** Points spread evenly over the strokes of letters, each letter in its own ink. */
export function letters(text: string, family: string): Points {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const font = `500 ${LETTER_HEIGHT}px ${family}`;
  context.font = font;
  const inside: { x: number; y: number; ink: number }[] = [];
  let left = 0;
  [...text].forEach((letter, ink) => {
    const width = Math.ceil(context.measureText(letter).width);
    if (letter.trim() === '' || width === 0) return void (left += width);
    canvas.width = width;
    canvas.height = 2 * LETTER_HEIGHT;
    context.font = font;
    context.fillText(letter, 0, 1.4 * LETTER_HEIGHT);
    const { data } = context.getImageData(0, 0, width, canvas.height);
    for (let i = 0; i < width * canvas.height; i++) {
      if (data[4 * i + 3] > 127) inside.push({ x: left + (i % width), y: -Math.floor(i / width), ink });
    }
    left += width + LETTER_HEIGHT / 12;
  });
  if (inside.length === 0) return [];
  const rng = random(0);
  const chosen = Array.from({ length: N_POINTS }, () => inside[rng.below(inside.length)]);
  return fitted(
    chosen.flatMap(({ x, y }) => [x + rng.uniform(), y + rng.uniform()]),
    chosen.map(({ ink }) => ink),
  );
}
