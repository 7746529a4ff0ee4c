/** What a density leaves of the points, and what it means in words. */
import { hexOf } from './colors.ts';
import { DEFAULT_BANDWIDTH, densityColors } from './gl/density-pass.ts';
import type { DensityMeasure, Frame } from './renderer.ts';
import type { Density, DensityScale } from './types.ts';

/** So many points over each other on average: single ones begin to drown, and can't be told apart any more. */
const CROWDED = 1.5;
const DROWNED = 6;

/** Of their opacity, what points keep beside a density. @param coverage  how many lie over each other on average */
export function pointShare(density: Density | null, coverage: number): number {
  if (!density || density.points === 'over') return 1;
  if (density.points === 'hidden') return 0;
  return Math.min(1, Math.max(0, (DROWNED - coverage) / (DROWNED - CROWDED)));
}

/** What a legend says of a density as it was drawn. */
export function densityScale(density: Density, { densest, limit }: DensityMeasure, frame: Frame): DensityScale {
  const bandwidthPixels = Math.max(1, density.bandwidth ?? DEFAULT_BANDWIDTH);
  const bandwidth = bandwidthPixels / frame.camera.scale;
  const points = frame.pointShare;
  const ofPoints = density.by === 'color';
  const sentences = [
    `Density of the points by a Gaussian kernel of ${digits(bandwidthPixels)} px (${digits(bandwidth)} map units)`,
    `strength grows with the logarithm, up to ${digits(densest)} points on 100 × 100 px at the densest place in view`,
    ...(ofPoints ? ['the colour is the mean of those of the points'] : []),
    ...(limit === null ? [] : [`above ${digits(limit)} points on 100 × 100 px it says too little, for this graphics driver adds 16-bit numbers alone`]),
    points === 1 ? 'single points are drawn over it' : points > 0 ? `single points show at ${Math.round(100 * points)} %` : 'single points are not drawn',
  ]; // prettier-ignore
  const colors = ofPoints ? null : densityColors(density, frame.ink).filter((_, k) => k % 51 === 0);
  return {
    densest,
    limit,
    bandwidth,
    bandwidthPixels,
    points,
    colors:
      colors && colors.map(([r, g, b, a]) => (a === 255 ? hexOf([r, g, b, a]) : `rgba(${r}, ${g}, ${b}, ${a / 255})`)),
    text: `${sentences.join('; ')}.`,
  };
}

function digits(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en', { maximumSignificantDigits: 2 });
}
