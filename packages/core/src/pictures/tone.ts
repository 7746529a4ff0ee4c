/** Whether grey images are strokes on an empty ground (digits, letters, sketches), which are drawn as ink. */
import type { Medium, Rows } from '../data/index.ts';

/** `ink`: 1 is ink; `negative`: 0 is ink; `plain`: the picture as stored */
export type Tone = 'ink' | 'negative' | 'plain';

/** What the border of strokes on an empty ground, or of its negative, is at most, or at least, bright on average. */
const EMPTY = 0.08;
/** Borders whose brightness varies by more are no ground. */
const MIXED = 0.25;
/** Images that are looked at. */
const SAMPLE = 64;

/** How a data set's images should be drawn, from the ground of a few of them: their border's mean. */
export function toneOf(medium: Extract<Medium, { kind: 'image' }>, rows: Rows): Tone {
  if (medium.channels !== 1 || rows.nSamples === 0) return 'plain';
  const { height, width } = medium;
  let sum = 0;
  let spread = 0;
  let n = 0;
  const step = Math.max(1, Math.floor(rows.nSamples / SAMPLE));
  for (let i = 0; i < rows.nSamples; i += step) {
    for (let p = 0; p < height * width; p++) {
      const x = p % width;
      const y = Math.floor(p / width);
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
      const value = rows.data[i * rows.nFeatures + p] * rows.scale;
      sum += value;
      spread += value * value;
      n++;
    }
  }
  const mean = sum / n;
  const deviation = Math.sqrt(Math.max(0, spread / n - mean * mean));
  if (deviation > MIXED) return 'plain';
  if (mean < EMPTY) return 'ink';
  return mean > 1 - EMPTY ? 'negative' : 'plain';
}
