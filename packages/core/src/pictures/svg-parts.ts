/** The parts that a map drawn as SVG is made of. Text stays text, so that it can be edited, searched and printed. */
import type { Net } from './graticule.ts';
import { LABEL_DOT, LABEL_LINE, LABEL_PLATE } from './label-layout.ts';
import type { Legend } from './legend.ts';
import { gradientStops } from './legend.ts';
import type { Place, Size } from './framing.ts';
import type { MapTheme } from './theme.ts';

/** A label with its middle, CSS pixels. */
export interface SvgLabel {
  text: string;
  x: number;
  y: number;
  width: number;
  fontSize: number;
  /** the name of more than a point: it lies over them, on a plate in the colour of the ground */
  bold: boolean;
  /** of a dot before the text */
  color?: string;
}

/** Points of one look: colour, opacity and where they are, x and y in turn. */
export interface SvgDots {
  color: string;
  opacity: number;
  pixels: number[];
}

/** Round dots as one path: a move and a line of no length each, drawn with a round pen. */
export function svgDots({ color, opacity, pixels }: SvgDots, radius: number): string {
  let path = '';
  for (let k = 0; k < pixels.length; k += 2)
    path += `M${Math.round(pixels[k] * 10)} ${Math.round(pixels[k + 1] * 10)}h0`;
  const look = `stroke="${escapeXml(color)}" stroke-width="${round(20 * radius)}" stroke-linecap="round" opacity="${round(opacity)}"`;
  return `<path transform="scale(.1)" d="${path}" fill="none" ${look}/>`;
}

/** Lines of the graticule and the numbers at their ends. */
export function svgNet({ vertical, horizontal }: Net, { width, height }: Size, theme: MapTheme): string[] {
  const lines = [
    ...vertical.map(({ pixel, opacity }) => `<path d="M${round(pixel)} 0V${height}" opacity="${opacity}"/>`),
    ...horizontal.map(({ pixel, opacity }) => `<path d="M0 ${round(pixel)}H${width}" opacity="${opacity}"/>`),
  ];
  return [`<g stroke="${escapeXml(theme.graticule)}" stroke-width="0.75">`, ...lines, '</g>'];
}

export function svgNetLabels({ vertical, horizontal }: Net, { width, height }: Size, theme: MapTheme): string[] {
  const parts = [`<g fill="${escapeXml(theme.ink)}" font-size="10.5" fill-opacity="0.78" ${halo(theme)}>`];
  for (const { pixel, label } of vertical) {
    if (label === undefined || pixel < 28 || pixel > width - 28) continue;
    parts.push(`<text x="${round(pixel)}" y="${height - 10}" text-anchor="middle">${label}</text>`);
  }
  for (const { pixel, label } of horizontal) {
    if (label === undefined || pixel < 14 || pixel > height - 28) continue;
    parts.push(`<text x="10" y="${round(pixel)}" dy="0.35em">${label}</text>`);
  }
  parts.push('</g>');
  return parts;
}

export function svgLabels(labels: readonly SvgLabel[], theme: MapTheme): string[] {
  return labels.map(({ text, x, y, width, fontSize, bold, color }) => {
    const left = x - width / 2;
    const dot = color
      ? `<circle cx="${round(left + LABEL_DOT.radius)}" cy="${round(y)}" r="${LABEL_DOT.radius}" fill="${escapeXml(color)}" ` +
        `stroke="${escapeXml(theme.background)}" stroke-width="2" paint-order="stroke"/>`
      : '';
    const plate = bold ? svgPlate({ x, y, width, fontSize }, theme) : '';
    const look = `font-size="${fontSize}" font-weight="${bold ? 600 : 400}" fill="${escapeXml(theme.ink)}"${bold ? '' : ` ${halo(theme)}`}`;
    return `${plate}${dot}<text x="${round(left + (color ? LABEL_DOT.space : 0))}" y="${round(y)}" dy="0.35em" ${look}>${escapeXml(text)}</text>`;
  });
}

function svgPlate({ x, y, width, fontSize }: Omit<SvgLabel, 'text' | 'bold'>, theme: MapTheme): string {
  const whole = width + 2 * LABEL_PLATE.beyond;
  const height = fontSize * LABEL_LINE;
  const box = `x="${round(x - whole / 2)}" y="${round(y - height / 2)}" width="${round(whole)}" height="${round(height)}"`;
  return `<rect ${box} rx="${round(height / 2)}" fill="${escapeXml(theme.background)}" fill-opacity="${LABEL_PLATE.opacity}"/>`;
}

/** A legend from a place downwards; see `legendSize` for the room it takes. */
export function svgLegend(legend: Legend, [x, y]: Place, theme: MapTheme): string[] {
  const ink = escapeXml(theme.ink);
  const parts = [`<g fill="${ink}" font-size="12">`];
  parts.push(`<text x="${x}" y="${y + 12}" font-size="11" fill-opacity="0.75">${escapeXml(legend.title)}</text>`);
  if (legend.type === 'category') {
    legend.entries.forEach(({ name, color }, k) => {
      const top = y + 24 + 20 * k;
      parts.push(`<circle cx="${x + 5}" cy="${top + 8}" r="5" fill="${escapeXml(color)}"/>`);
      parts.push(`<text x="${x + 18}" y="${top + 8}" dy="0.35em">${escapeXml(name)}</text>`);
    });
    if (legend.more > 0) {
      const top = y + 24 + 20 * legend.entries.length;
      parts.push(`<text x="${x + 18}" y="${top + 8}" dy="0.35em" fill-opacity="0.75">and ${legend.more} more</text>`);
    }
  } else {
    const stops = gradientStops(legend.scale).map(
      (color, k, all) => `<stop offset="${round(k / (all.length - 1))}" stop-color="${color}"/>`,
    );
    parts.push(`<linearGradient id="scale" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient>`);
    parts.push(`<rect x="${x}" y="${y + 24}" width="12" height="160" fill="url(#scale)"/>`);
    legend.ticks.forEach(({ at, label }) => {
      parts.push(`<text x="${x + 20}" y="${round(y + 184 - 160 * at)}" dy="0.35em">${escapeXml(label)}</text>`);
    });
  }
  parts.push('</g>');
  return parts;
}

export interface SvgHead extends Size {
  theme: MapTheme;
  fontFamily: string;
  title?: string;
  /** what a reader should know of how it was made */
  note?: string;
}

export function svgDocument(
  { width, height, theme, fontFamily, title, note }: SvgHead,
  parts: readonly string[],
): string {
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const about = [title && `<title>${escapeXml(title)}</title>`, note && `<desc>${escapeXml(note)}</desc>`];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="${escapeXml(fontFamily)}">`,
    ...about.filter(Boolean),
    `<rect width="${width}" height="${height}" fill="${escapeXml(theme.background)}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function halo(theme: MapTheme): string {
  return `stroke="${escapeXml(theme.background)}" stroke-opacity="0.92" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
}

/** Two decimals are a fiftieth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Text for XML and HTML; characters that XML can't hold are left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
