/** A map as an SVG document: points, graticule, labels, legend and title, with nothing but its coordinates at hand. */
import { joinBytes } from '../base/index.ts';
import { toBase64 } from './base64.ts';
import { hexOf } from './colors.ts';
import { FONT_FAMILY, layOutPicture } from './picture.ts';
import type { Picture, PictureOptions } from './picture.ts';
import { pngPieces } from './png.ts';
import { rasterStrips } from './raster.ts';
import { escapeXml, round, svgDocument, svgDots, svgLabels, svgLegend, svgNet, svgNetLabels } from './svg-parts.ts';
import type { SvgDots } from './svg-parts.ts';

export interface SvgOptions extends PictureOptions {
  /** more points than this are one embedded picture instead of shapes; Infinity for always shapes */
  rasterAbove?: number;
}

export interface SvgPicture {
  svg: string;
  /** sentences on how it was made, that a reader should be told: also in the document's description */
  warnings: string[];
}

/** A hundred thousand dots are 1.3 MB and open quickly in a drawing program; a million are not and don't. */
export const RASTER_ABOVE = 100_000;
/** Pixels of an embedded picture a CSS pixel: 288 dots an inch. */
const DENSITY = 3;

/**
 * @param coordinates  [n * 2]; points that are not finite are left out
 * @throws InputError as `layOutPicture` does
 */
export function pointsToSvg(coordinates: Float32Array, options: SvgOptions = {}): SvgPicture {
  const { rasterAbove = RASTER_ABOVE } = options;
  const picture = layOutPicture(coordinates, options);
  const { area, theme, title, legend, labels, net } = picture;
  const n = coordinates.length / 2;
  const rastered = n > rasterAbove;
  const warnings = rastered
    ? [`${n} points, more than ${rasterAbove}, are one embedded picture; the text and the graticule are not.`]
    : [];
  const frame = `<rect width="${round(area.width)}" height="${round(area.height)}"`;
  const parts = [
    `<clipPath id="area">${frame}/></clipPath>`,
    `<g transform="translate(${area.left} ${area.top})">`,
    '<g clip-path="url(#area)">',
    ...svgNet(net, area, theme),
    ...(rastered ? [imageOf(picture)] : dotsOf(picture).map((dots) => svgDots(dots, picture.radius))),
    ...svgNetLabels(net, area, theme),
    '</g>',
    `${frame} fill="none" stroke="${escapeXml(theme.graticule)}" stroke-opacity="0.6"/>`,
    ...svgLabels(labels, theme),
    '</g>',
  ];
  if (title) {
    const look = `font-size="20" font-weight="600" fill="${escapeXml(theme.ink)}"`;
    parts.push(`<text x="${area.left}" y="${area.top - 22}" ${look}>${escapeXml(title)}</text>`);
  }
  if (legend) parts.push(...svgLegend(legend, [area.left + area.width + 20, area.top], theme));
  const head = { ...picture, fontFamily: FONT_FAMILY, note: warnings[0] };
  return { svg: svgDocument(head, parts), warnings };
}

/** Runs of points of one colour, in the order they are drawn. */
function dotsOf({ x, y, colors, order, opacity, area, radius }: Picture): SvgDots[] {
  const runs: SvgDots[] = [];
  let last = -1;
  for (const i of order) {
    if (!(x[i] > -radius && y[i] > -radius && x[i] < area.width + radius && y[i] < area.height + radius)) continue;
    const code = colors.codes[i];
    if (code !== last) {
      const [r, g, b, a] = colors.palette.subarray(4 * code, 4 * code + 4);
      runs.push({ color: hexOf([r, g, b, a]), opacity, pixels: [] });
      last = code;
    }
    runs[runs.length - 1].pixels.push(x[i], y[i]);
  }
  return runs;
}

function imageOf({ x, y, colors, order, opacity, area, radius }: Picture): string {
  const width = Math.round(area.width * DENSITY);
  const height = Math.round(area.height * DENSITY);
  const discs = {
    x: x.map((v) => v * DENSITY),
    y: y.map((v) => v * DENSITY),
    radius: radius * DENSITY,
    codes: colors.codes,
    palette: colors.palette,
    opacity,
    order,
  };
  const png = joinBytes([
    ...pngPieces({ width, height, channels: 4 }, rasterStrips(discs, { width, height, background: null })),
  ]);
  return `<image width="${round(area.width)}" height="${round(area.height)}" href="data:image/png;base64,${toBase64(png)}"/>`;
}
