/** What a picture of a map has beside the map: a title and a legend, in the upper corners. */
import { escapeXml, gradientStops, legendSize, svgLegend } from '@portolan/core/pictures';
import type { Legend } from '@portolan/core/pictures';
import { withAlpha } from './colors.ts';
import type { Context2d, OverlayScene } from './overlay.ts';

export interface Furniture {
  title?: string;
  /** what the colours mean; core's `colorsOf` makes one of a column */
  legend?: Legend | null;
}

const MARGIN = 16;
const PAD = 12;
const BAR = { width: 12, height: 160 };

interface Panel {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Draws in CSS pixels. */
export function drawFurniture(
  context: Context2d,
  { size, theme, fontFamily }: OverlayScene,
  { title, legend }: Furniture,
): void {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  if (title) {
    context.font = `600 20px ${fontFamily}`;
    context.lineWidth = 5;
    context.strokeStyle = withAlpha(theme.background, 0.92);
    context.strokeText(title, MARGIN + 32, MARGIN + 14);
    context.fillStyle = theme.ink;
    context.fillText(title, MARGIN + 32, MARGIN + 14);
  }
  if (!legend) return;
  const panel = panelOf(legend, size.width);
  const { left, top } = panel;
  context.fillStyle = withAlpha(theme.background, 0.88);
  context.fillRect(left - PAD, top - PAD, panel.width + 2 * PAD, panel.height + 2 * PAD);
  context.strokeStyle = withAlpha(theme.graticule, 0.6);
  context.lineWidth = 1;
  context.strokeRect(left - PAD, top - PAD, panel.width + 2 * PAD, panel.height + 2 * PAD);
  const text = (words: string, x: number, y: number, fontSize = 12, alpha = 1): void => {
    context.font = `${fontSize}px ${fontFamily}`;
    context.fillStyle = withAlpha(theme.ink, alpha);
    context.fillText(words, x, y);
  };
  text(legend.title, left, top + 8, 11, 0.75);
  if (legend.type === 'number') {
    const gradient = context.createLinearGradient(0, top + 24 + BAR.height, 0, top + 24);
    gradientStops(legend.scale).forEach((color, k, all) => gradient.addColorStop(k / (all.length - 1), color));
    context.fillStyle = gradient;
    context.fillRect(left, top + 24, BAR.width, BAR.height);
    for (const { at, label } of legend.ticks) text(label, left + 20, top + 24 + BAR.height * (1 - at));
    return;
  }
  legend.entries.forEach(({ name, color }, k) => {
    context.fillStyle = color;
    context.beginPath();
    context.arc(left + 5, top + 32 + 20 * k, 5, 0, 2 * Math.PI);
    context.fill();
    text(name, left + 18, top + 32 + 20 * k);
  });
  if (legend.more > 0) text(`and ${legend.more} more`, left + 18, top + 32 + 20 * legend.entries.length, 12, 0.75);
}

export function svgFurniture({ size, theme }: OverlayScene, { title, legend }: Furniture): string[] {
  const parts: string[] = [];
  if (title) {
    const halo = `stroke="${escapeXml(theme.background)}" stroke-opacity="0.92" stroke-width="5" stroke-linejoin="round" paint-order="stroke"`;
    const place = `x="${MARGIN + 32}" y="${MARGIN + 14}" dy="0.35em"`;
    parts.push(
      `<text ${place} font-size="20" font-weight="600" fill="${escapeXml(theme.ink)}" ${halo}>${escapeXml(title)}</text>`,
    );
  }
  if (legend) {
    const { left, top, width, height } = panelOf(legend, size.width);
    const box = `x="${left - PAD}" y="${top - PAD}" width="${width + 2 * PAD}" height="${height + 2 * PAD}"`;
    const look = `fill="${escapeXml(theme.background)}" fill-opacity="0.88" stroke="${escapeXml(theme.graticule)}" stroke-opacity="0.6"`;
    parts.push(`<rect ${box} ${look}/>`, ...svgLegend(legend, [left, top], theme));
  }
  return parts;
}

function panelOf(legend: Legend, pictureWidth: number): Panel {
  const { width, height } = legendSize(legend);
  const whole = Math.ceil(width);
  return { left: pictureWidth - MARGIN - PAD - whole, top: MARGIN + PAD, width: whole, height };
}
