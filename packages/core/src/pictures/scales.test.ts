import { describe, expect, it } from 'vitest';
import { sequentialColor } from './colors.ts';
import { lightTheme } from './theme.ts';
import { colorsOf } from './legend.ts';
import { domainOf, scaleColor, scaleRgb } from './scales.ts';

/** Machado et al. 2009, full deuteranopia and protanopia, on linear light. */
const BLIND = {
  deuteranope: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protanope: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
};

function linear([r, g, b]: readonly number[]): number[] {
  return [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
}

describe('scales', () => {
  it('are the published ones for viridis and cividis', () => {
    for (const t of [0, 0.3, 1]) expect(scaleColor(t, 'viridis')).toBe(sequentialColor(t, 'viridis'));
  });

  it('go through their own colours at even distances, clamp, and take one or none', () => {
    const own = ['#ff0000', '#00ff00', '#0000ff'];
    expect([0, 0.5, 1, -3, 7].map((t) => scaleColor(t, own))).toEqual([
      '#ff0000', '#00ff00', '#0000ff', '#ff0000', '#0000ff',
    ]); // prettier-ignore
    expect(scaleColor(0.4, ['#123456'])).toBe('#123456');
    expect(scaleColor(0.4, [])).toBe('#808080');
  });

  it('mix evenly for the eye: halfway from black to white is the grey of half the OKLab lightness', () => {
    const [r, g, b] = scaleRgb(0.5, ['#000000', '#ffffff']);
    expect(r).toBe(99); // (½)³ of the light
    expect([g, b]).toEqual([r, r]);
  });

  it('diverge on both sides of grey alike in light, so that neither looks like more', () => {
    const light = (t: number): number => {
      const [r, g, b] = linear(scaleRgb(t, 'blueOrange'));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const away of [0.1, 0.25, 0.4, 0.5]) {
      expect(light(0.5 - away) / light(0.5 + away)).toBeGreaterThan(0.7);
      expect(light(0.5 - away) / light(0.5 + away)).toBeLessThan(1.4);
      expect(light(0.5 + away)).toBeLessThan(light(0.5));
    }
  });

  it('keep blue apart from orange for eyes that lack red or green', () => {
    for (const matrix of Object.values(BLIND)) {
      for (const away of [0.15, 0.3, 0.5]) {
        const [low, high] = [0.5 - away, 0.5 + away].map((t) => {
          const rgb = linear(scaleRgb(t, 'blueOrange'));
          return [0, 1, 2].map((row) => rgb.reduce((sum, v, k) => sum + v * matrix[3 * row + k], 0));
        });
        // yellow against blue is what is left to them
        const yellow = ([r, g, b]: number[]): number => Math.cbrt((r + g) / 2) - Math.cbrt(Math.max(0, b));
        expect(yellow(high) - yellow(low)).toBeGreaterThan(0.12);
      }
    }
  });

  it('that diverge have zero in their middle where values lie on both sides of it', () => {
    expect(domainOf(-2, 5, 'blueOrange')).toEqual([-5, 5]);
    expect(domainOf(2, 5, 'blueOrange')).toEqual([2, 5]);
    expect(domainOf(-2, 5, 'viridis')).toEqual([-2, 5]);
    const column = { name: 'change', type: 'number' as const, values: Float64Array.of(-2, 0, 5, NaN) };
    const { codes, palette, legend } = colorsOf(column, 4, { theme: lightTheme, dark: false, scale: 'blueOrange' });
    expect(legend).toMatchObject({ domain: [-5, 5], scale: 'blueOrange' });
    const colorOf = (i: number): number[] => [...palette.subarray(4 * codes[i], 4 * codes[i] + 3)];
    const grey = scaleRgb(0.5, 'blueOrange').slice(0, 3);
    colorOf(1).forEach((v, k) => expect(Math.abs(v - grey[k])).toBeLessThan(2));
    expect(codes[3]).toBe(0);
  });

  it('of one’s own must be hexadecimal where there is no browser to read others', () => {
    const column = { name: 'size', type: 'number' as const, values: Float64Array.of(1, 2) };
    const of = (scale: readonly string[]) => colorsOf(column, 2, { theme: lightTheme, dark: false, scale });
    expect(() => of(['#fff', 'red'])).toThrow(/red is no colour for a scale/);
    expect(() => of([])).toThrow(/at least one/);
    expect([...of(['#fff', '#f00']).palette.subarray(4, 7)]).toEqual([255, 255, 255]);
  });
});
