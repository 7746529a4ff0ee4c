/**
 * A map laid out as a picture, without a page: where the points are, in which colours, and what is written around
 * them. `pointsToSvg` and `pointsToPng` draw it.
 */
import { InputError } from '../base/index.ts';
import type { Column } from '../data/index.ts';
import { extentOfPoints, fitExtent, pixelAt } from './framing.ts';
import type { Place, Size } from './framing.ts';
import { graticuleLines } from './graticule.ts';
import type { Net } from './graticule.ts';
import { LABEL_DOT, LABEL_LINE, LABEL_PLATE, labelSize, layOutLabels } from './label-layout.ts';
import { colorsOf, legendSize, textWidth } from './legend.ts';
import type { Legend, PointColors } from './legend.ts';
import { densestPoints } from './places.ts';
import { coverageBy, fittedRadius, occupiedShare, opacityFor } from './point-look.ts';
import type { ColorScale } from './scales.ts';
import type { SvgLabel } from './svg-parts.ts';
import { darkTheme, lightTheme } from './theme.ts';
import type { MapTheme } from './theme.ts';

export interface PictureLabel {
  text: string;
  place: Place;
  /** above zero; the greater finds its place first */
  priority?: number;
}

export interface PictureOptions {
  /** CSS pixels; 96 are an inch */
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  title?: string;
  /** what the points are coloured by: a category, a number or a time */
  column?: Column;
  /** of numbers and times; viridis by default */
  scale?: ColorScale;
  legend?: boolean;
  /** names of the column's categories where these are densest, or labels of your own, or none */
  labels?: 'categories' | readonly PictureLabel[] | 'none';
  /** diameter of a point, CSS pixels; by default from their number */
  pointSize?: number;
}

export interface Picture extends Size {
  theme: MapTheme;
  title: string | undefined;
  /** where the map is, CSS pixels; all else counts from its top left */
  area: Size & { left: number; top: number };
  net: Net;
  /** [n] each; NaN for a point without a place */
  x: Float32Array;
  y: Float32Array;
  radius: number;
  opacity: number;
  colors: PointColors;
  /** the last on top */
  order: Uint32Array;
  labels: SvgLabel[];
  legend: Legend | null;
}

export const FONT_FAMILY = "'Alegreya Sans', 'Gill Sans', 'Segoe UI', system-ui, sans-serif";
const PADDING = 36;
const EDGE = 24;
const TITLE = 40;
const MAX_LABELS = 200;

/**
 * @param coordinates  [n * 2]
 * @throws InputError on an odd number of coordinates, a size too small to draw in, a column of another length, or a scale
 *   that `colorsOf` refuses
 */
export function layOutPicture(coordinates: Float32Array, options: PictureOptions = {}): Picture {
  const { width = 1200, height = 900, theme: name = 'light', title, column, scale, pointSize } = options;
  if (coordinates.length % 2 !== 0) {
    throw new InputError(`got ${coordinates.length} coordinates, expected x and y for each point`);
  }
  if (!(width >= 64 && height >= 64)) throw new InputError(`a picture of ${width} × ${height} pixels is too small`);
  const theme = name === 'dark' ? darkTheme : lightTheme;
  const n = coordinates.length / 2;
  const colors = colorsOf(column, n, { theme, dark: name === 'dark', scale });
  const legend = options.legend === false ? null : colors.legend;
  const beside = legend ? Math.min(width / 3, legendSize(legend).width + EDGE) : 0;
  const top = title ? EDGE + TITLE : EDGE;
  const area = { left: EDGE, top, width: width - 2 * EDGE - beside, height: height - top - EDGE };
  const extent = extentOfPoints(coordinates) ?? { xMin: 0, xMax: 0, yMin: 0, yMax: 0 };
  const camera = fitExtent(extent, area, PADDING);
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const pixel = pixelAt(camera, area, [coordinates[2 * i], coordinates[2 * i + 1]]);
    [x[i], y[i]] = pixel;
  }
  const radius = pointSize ? pointSize / 2 : fittedRadius(n, area);
  const pixels =
    occupiedShare(coordinates, extent) *
    ((extent.xMax - extent.xMin) * camera.scale + 2 * radius) *
    ((extent.yMax - extent.yMin) * camera.scale + 2 * radius);
  const opacity = n > 0 ? opacityFor(coverageBy(n, radius, pixels), column === undefined) : 1;
  const net = graticuleLines(camera, area);
  const labels = labelsOf(coordinates, options, { x, y, area, colors });
  const order = rareLast(colors.codes);
  return { width, height, theme, title, area, net, x, y, radius, opacity, colors, order, labels, legend };
}

function labelsOf(
  coordinates: Float32Array,
  { labels, column, width = 1200, height = 900 }: PictureOptions,
  { x, y, area, colors }: { x: Float32Array; y: Float32Array; area: Size; colors: PointColors },
): SvgLabel[] {
  const wanted: { text: string; x: number; y: number; priority: number; color?: string }[] = [];
  if (Array.isArray(labels)) {
    const extent = extentOfPoints(coordinates);
    const camera = extent && fitExtent(extent, area, PADDING);
    for (const { text, place, priority = 1 } of labels as readonly PictureLabel[]) {
      const [px, py] = camera ? pixelAt(camera, area, place) : [width / 2, height / 2];
      wanted.push({ text, x: px, y: py, priority });
    }
  } else if (column?.type === 'category' && labels !== 'none') {
    const counts = new Uint32Array(column.categories.length);
    for (const code of column.codes) if (code >= 0) counts[code]++;
    const anchors = densestPoints(coordinates, column.codes, column.categories.length);
    anchors.forEach((point, code) => {
      if (point < 0) return;
      const text = column.categories[code];
      const at = 4 * colors.codes[point];
      const [r, g, b] = colors.palette.subarray(at, at + 3);
      wanted.push({ text, x: x[point], y: y[point], priority: counts[code], color: `rgb(${r},${g},${b})` });
    });
  }
  const most = wanted.reduce((most, { priority }) => Math.max(most, priority), 0);
  const drawn = wanted.map((label): SvgLabel => {
    const fontSize = labelSize(label.priority, most);
    const space = label.color ? LABEL_DOT.space : 0;
    return { ...label, fontSize, bold: true, width: textWidth(label.text, fontSize, true) + space };
  });
  const boxes = drawn.map((label, k) => ({
    ...label,
    width: label.width + 2 * LABEL_PLATE.beyond,
    height: label.fontSize * LABEL_LINE,
    priority: wanted[k].priority,
  }));
  const places = layOutLabels(boxes, area, { limit: MAX_LABELS });
  return places.map(({ index, x, y }) => ({ ...drawn[index], x, y }));
}

/**
 * Every point once, in strides that mix any order of the data, so that sorted data is not drawn class over class; in
 * each of a few rounds the rarer colours come last, so that the commoner don't hide them.
 */
function rareLast(codes: Uint16Array): Uint32Array {
  const n = codes.length;
  const counts = new Uint32Array(codes.reduce((most, code) => Math.max(most, code), 0) + 1);
  for (const code of codes) counts[code]++;
  let stride = Math.max(1, Math.round(n * 0.6180339887));
  while (commonDivisor(stride, n) > 1) stride++;
  const order = new Uint32Array(n);
  for (let k = 0, i = 0; k < n; k++, i = (i + stride) % n) order[k] = i;
  const rounds = roundsOf(n);
  for (let round = 0; round < rounds; round++) {
    const part = order.subarray(Math.floor((round * n) / rounds), Math.floor(((round + 1) * n) / rounds));
    part.sort((a, b) => counts[codes[b]] - counts[codes[a]] || codes[a] - codes[b] || a - b);
  }
  return order;
}

/** How many times all colours take their turn. */
export function roundsOf(n: number): number {
  return Math.max(1, Math.min(12, Math.round(n / 1000)));
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
