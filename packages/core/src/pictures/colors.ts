/**
 * Colours for categories and numbers.
 *
 * Up to eight categories: Okabe & Ito 2008, in an order that keeps the strongest pairs first; yellow is deepened on
 * paper and black turned pale on the dark ground, where they could not be seen.
 * Up to twelve: those, moved and added to by a search for the greatest least OKLab distance between any two as normal,
 * deuteranope and protanope eyes see them (Machado et al. 2009), within what reads on each ground: 0.13 and 0.065. Like
 * colours have the same place on both grounds.
 * Beyond twelve hues turn by the golden angle at three lightnesses: distinct neighbours, but no promise for all pairs.
 * Viridis: Smith & van der Walt 2015. Cividis: Nuñez, Anderton & Renslow 2018, by Jamie Nuñez's polynomial in d3.
 */
import { labToRgb } from './oklab.ts';
import type { Rgba } from './oklab.ts';

export type SequentialScale = 'viridis' | 'cividis';

const OKABE_ITO = {
  light: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#c2b000', '#1a1a1a'],
  dark: ['#2f8fd0', '#e8702a', '#12b083', '#d68ab4', '#e69f00', '#6cc1f0', '#f0e442', '#e8e4da'],
};

const TWELVE = {
  light: '#1577d0 #d93d09 #048e6d #e482ba #f49000 #2fb4f5 #74110c #6b009f #a6b361 #173d59 #695756 #9b4698'.split(' '),
  dark: '#2188eb #fa6100 #64ab79 #f88bc0 #f1ad08 #38c4fe #d02158 #a071a3 #e8f355 #bdecf5 #b16000 #b619c3'.split(' '),
};

// 33 evenly spaced colours each, six hexadecimal digits a colour
const TABLES: Record<SequentialScale, string> = {
  viridis:
    '440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e23898e21918c' +
    '1f988b1fa08822a78528ae8032b67a3fbc734ec36b5ec96270cf5784d44b98d83eaddc30c2df23d8e219ece51bfde725',
  cividis:
    '00205100265d012b6508316911366c1c3c6e26426e31476e3c4d6e47536d51586e5a5e6e62646f6a6a707270717976737f7c75' +
    '8682768c8877938e789a9478a19b78a9a177b2a874bbaf71c5b66dcebd68d8c462e2cb5cebd355f3da4ffae249fdea45',
};

/** Of the colours beyond twelve, in OKLab. */
const CHROMA = 0.12;

/** n colours for n categories, as hexadecimal CSS colours; `dark` for a dark ground. */
export function categoryColors(n: number, { dark = false }: { dark?: boolean } = {}): string[] {
  const ground = dark ? 'dark' : 'light';
  if (n <= 8) return OKABE_ITO[ground].slice(0, Math.max(0, n));
  const colors = TWELVE[ground].slice(0, n);
  for (let i = colors.length; i < n; i++) colors.push(turnedColor(i - TWELVE[ground].length, dark));
  return colors;
}

/** The colour at t in [0, 1] (clamped) of a scale, as a hexadecimal CSS colour. */
export function sequentialColor(t: number, scale: SequentialScale): string {
  return hexOf(sequentialRgb(t, scale));
}

/** The same as numbers. */
export function sequentialRgb(t: number, scale: SequentialScale): Rgba {
  const table = TABLES[scale];
  const at = Math.min(1, Math.max(0, t)) * (table.length / 6 - 1);
  const k = Math.min(table.length / 6 - 2, Math.floor(at));
  const mix = at - k;
  const channel = (offset: number): number => {
    const low = parseInt(table.slice(6 * k + offset, 6 * k + offset + 2), 16);
    const high = parseInt(table.slice(6 * k + 6 + offset, 6 * k + 8 + offset), 16);
    return Math.round(low + (high - low) * mix);
  };
  return [channel(0), channel(2), channel(4), 255];
}

/** `#rgb`, `#rgba`, `#rrggbb` and `#rrggbbaa` as numbers; undefined for anything else. */
export function parseHex(color: string): Rgba | undefined {
  const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(color.trim())?.[1];
  if (!digits) return undefined;
  const long = digits.length < 6 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const channel = (k: number): number => parseInt(long.slice(2 * k, 2 * k + 2), 16);
  return [channel(0), channel(1), channel(2), long.length === 8 ? channel(3) : 255];
}

export function hexOf([r, g, b]: Rgba): string {
  return `#${((1 << 24) | (r << 16) | (g << 8) | b).toString(16).slice(1)}`;
}

function turnedColor(k: number, dark: boolean): string {
  const hue = ((k * 137.508 + 15) * Math.PI) / 180;
  const lightness = (dark ? [0.72, 0.84, 0.6] : [0.55, 0.7, 0.42])[k % 3];
  return hexOf(labToRgb([lightness, CHROMA * Math.cos(hue), CHROMA * Math.sin(hue)]));
}
