/** The map as it is seen, as an SVG document: shapes and text, or above a limit the points as one embedded picture. */
import {
  RASTER_ABOVE,
  escapeXml,
  svgDocument,
  svgDots,
  svgLabels,
  svgNet,
  svgNetLabels,
} from '@portolan/core/pictures';
import type { SvgDots } from '@portolan/core/pictures';
import { depthOf, NEAREST, pixelAt, projector } from './camera.ts';
import { layeredNow } from './draw-order.ts';
import { hexOf } from './colors.ts';
import { svgFurniture } from './furniture.ts';
import type { Furniture } from './furniture.ts';
import { copyPicture } from './gl/program.ts';
import { svgMarks } from './marks.ts';
import type { OverlayScene, Pin } from './overlay.ts';
import type { PointState } from './point-state.ts';
import { FADED, MUTED, SELECTED } from './renderer.ts';
import type { Frame, ThumbnailChoice } from './renderer.ts';
import type { Backdrop, Line, Place, Thumbnails } from './types.ts';

export interface SvgScene {
  points: PointState;
  time: number;
  frame: Frame;
  overlay: OverlayScene;
  lines: readonly Line[];
  backdrop: Backdrop | null;
  furniture: Furniture;
  /** pictures to embed, and which points have one */
  thumbnails: { sheet: Thumbnails; choice: ThumbnailChoice } | null;
  /** more points in view than this are one embedded picture */
  rasterAbove?: number;
  /** what lies among the points and has no shape of its own, such as a density; the points are then pixels too */
  surfaces: string | null;
  /** the map without words, as a data URL */
  raster(): string;
}

/** Points in sight in the order they are drawn, and how each looks. */
interface Sight {
  /** pixels, [n] */
  x: Float32Array;
  y: Float32Array;
  /** [n], into `looks` */
  look: Uint32Array;
  looks: { color: string; opacity: number }[];
}

/** Colours take turns in so many rounds, so that none lies over all others. */
const ROUNDS = 8;

export function mapToSvg(scene: SvgScene): string {
  const { frame, overlay, furniture, surfaces, rasterAbove = RASTER_ABOVE } = scene;
  const { theme, fontFamily, labels, pins } = overlay;
  const size = { width: frame.width, height: frame.height };
  const sight = sightOf(scene);
  const n = sight.x.length;
  const note =
    n > rasterAbove
      ? `${n} points, more than ${rasterAbove}, are one embedded picture; the text is not.`
      : surfaces
        ? `The points and ${surfaces} are one embedded picture; the text is not.`
        : undefined;
  const parts = [
    ...(note ? [imageOf(scene)] : shapesOf(scene, sight)),
    ...svgNetLabels(frame.net, size, theme),
    ...svgLabels(labels, theme),
    ...svgMarks(overlay),
    ...pins.map((pin) => pinOf(pin, overlay)),
    ...svgFurniture(overlay, furniture),
  ];
  return svgDocument({ ...size, theme, fontFamily, title: furniture.title, note }, parts);
}

function imageOf({ frame, raster }: SvgScene): string {
  return `<image width="${frame.width}" height="${frame.height}" href="${raster()}"/>`;
}

function shapesOf({ frame, overlay, lines, backdrop, thumbnails, points, time }: SvgScene, sight: Sight): string[] {
  return [
    ...(backdrop ? [backdropOf(backdrop, overlay)] : []),
    ...svgNet(frame.net, overlay.size, overlay.theme),
    ...dotsOf(sight).map((dots) => svgDots(dots, frame.pointRadius)),
    ...(thumbnails ? picturesOf(thumbnails.sheet, thumbnails.choice, { points, time, overlay }) : []),
    ...lines.flatMap((line) => lineOf(line, overlay)),
  ];
}

function sightOf({ points, time, frame, overlay }: SvgScene): Sight {
  const { camera, width, height, pointRadius, opacity, unselectedOpacity, fadedOpacity } = frame;
  const { codeOf, nCodes, palette } = points.style(overlay.theme);
  const { flags, layerOf, nLayers } = points.layers();
  const slots = layerOf && layeredNow(points.order, layerOf, nLayers).slots;
  const project = projector(camera, frame);
  const out = new Float64Array(3);
  const x = new Float32Array(points.count);
  const y = new Float32Array(points.count);
  const look = new Uint32Array(points.count);
  const looks: Sight['looks'] = [];
  const known = new Map<number, number>();
  let n = 0;
  for (let k = 0; k < points.count; k++) {
    const i = points.order[slots ? slots[k] : k];
    const place = points.placeOf(i, time);
    if (!place) continue;
    const [px, py, far] = project(place[0], place[1], depthOf(place), out);
    const margin = pointRadius;
    if (far <= NEAREST || px < -margin || px > width + margin || py < -margin || py > height + margin) continue;
    const flag = flags ? flags[i] : 0;
    const code = flag === MUTED || !codeOf ? 0 : codeOf(i);
    const key = flag * nCodes + code;
    let at = known.get(key);
    if (at === undefined) {
      const own = palette.subarray(4 * code, 4 * code + 3);
      const color = flag === MUTED ? hexOf(frame.muted) : hexOf([own[0], own[1], own[2], 255]);
      const strength =
        flag === MUTED
          ? opacity
          : flag === SELECTED
            ? Math.max(opacity, 0.9)
            : flag === FADED
              ? unselectedOpacity * fadedOpacity
              : unselectedOpacity;
      known.set(key, (at = looks.push({ color, opacity: strength }) - 1));
    }
    [x[n], y[n], look[n]] = [px, py, at];
    n++;
  }
  return { x: x.subarray(0, n), y: y.subarray(0, n), look: look.subarray(0, n), looks };
}

function dotsOf({ x, y, look, looks }: Sight): SvgDots[] {
  const dots: SvgDots[] = [];
  const n = x.length;
  const rounds = Math.max(1, Math.min(ROUNDS, Math.round(n / 1000)));
  for (let round = 0; round < rounds; round++) {
    const turn: (SvgDots | undefined)[] = looks.map(() => undefined);
    for (let k = Math.floor((round * n) / rounds); k < Math.floor(((round + 1) * n) / rounds); k++) {
      const own = (turn[look[k]] ??= { ...looks[look[k]], pixels: [] });
      own.pixels.push(x[k], y[k]);
    }
    dots.push(...turn.filter((own) => own !== undefined));
  }
  return dots;
}

/** Each picture on its own, so that a drawing program can move it. */
function picturesOf(
  sheet: Thumbnails,
  choice: ThumbnailChoice,
  { points, time, overlay }: Pick<SvgScene, 'points' | 'time' | 'overlay'>,
): string[] {
  const { image, cellWidth, cellHeight, cells, ink } = sheet;
  const cols = Math.max(1, Math.floor(image.width / cellWidth));
  const unit = choice.size / Math.max(cellWidth, cellHeight);
  const [width, height] = [cellWidth * unit, cellHeight * unit];
  return Array.from(choice.indices).flatMap((point) => {
    const place = points.placeOf(point, time);
    if (!place) return [];
    const [x, y] = pixelAt(overlay.camera, overlay.size, place);
    if (x < -width || y < -height || x > overlay.size.width + width || y > overlay.size.height + height) return [];
    const source = {
      x: (cells[point] % cols) * cellWidth,
      y: Math.floor(cells[point] / cols) * cellHeight,
      width: cellWidth,
      height: cellHeight,
    };
    const canvas = copyPicture(image, source, cellWidth, cellHeight);
    if (ink) inkIn(canvas, points.colorOf(point, overlay.theme));
    const box = `x="${r(x - width / 2)}" y="${r(y - height / 2)}" width="${r(width)}" height="${r(height)}"`;
    return [`<image ${box} href="${canvas.toDataURL('image/png')}"/>`];
  });
}

/** How bright a pixel is becomes how much ink lies there. */
function inkIn(canvas: HTMLCanvasElement, color: string): void {
  const context = canvas.getContext('2d')!;
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < image.data.length; at += 4) {
    image.data[at + 3] = Math.max(image.data[at], image.data[at + 1], image.data[at + 2]);
  }
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = color;
  context.fillRect(0, 0, canvas.width, canvas.height);
}

function lineOf(
  { points, color, width = 1, dashed, opacity = 1 }: Line,
  { camera, size, theme }: OverlayScene,
): string[] {
  if (points.length < 2) return [];
  const path = points.map((place) => rounded(pixelAt(camera, size, place)).join(' ')).join('L');
  const dash = dashed ? ' stroke-dasharray="5 4"' : '';
  return [
    `<path d="M${path}" fill="none" stroke="${escapeXml(color ?? theme.ink)}" stroke-width="${width}" opacity="${opacity}"${dash}/>`,
  ];
}

function pinOf({ place, label }: Pin, { camera, size, theme }: OverlayScene): string {
  const [x, y] = rounded(pixelAt(camera, size, place));
  const ring = `<circle cx="${x}" cy="${y}" r="6" fill="none" stroke="${escapeXml(theme.accent)}" stroke-width="1.75"/>`;
  if (!label) return ring;
  const look = `font-size="12" font-weight="600" dy="0.35em" fill="${escapeXml(theme.ink)}"`;
  return `${ring}<text x="${x + 14}" y="${y}" ${look}>${escapeXml(label)}</text>`;
}

function backdropOf({ image, extent, opacity = 1, pixelated }: Backdrop, { camera, size }: OverlayScene): string {
  const { width, height } = image;
  const href = copyPicture(image, { x: 0, y: 0, width, height }, width, height).toDataURL('image/png');
  const [left, top] = pixelAt(camera, size, [extent.xMin, extent.yMax]);
  const [right, bottom] = pixelAt(camera, size, [extent.xMax, extent.yMin]);
  const box = `x="${r(left)}" y="${r(top)}" width="${r(right - left)}" height="${r(bottom - top)}"`;
  const look = `preserveAspectRatio="none" opacity="${opacity}"${pixelated ? ' image-rendering="pixelated"' : ''}`;
  return `<image ${box} ${look} href="${href}"/>`;
}

/** Two decimals are a fiftieth of a pixel. */
function r(value: number): number {
  return Math.round(value * 100) / 100;
}

function rounded([x, y]: Place): [number, number] {
  return [r(x), r(y)];
}
