/** What is drawn over the map on a 2-D canvas: ends of the graticule, pins, the highlighted point, lasso and box. */
import { LABEL_DOT, LABEL_LINE, LABEL_PLATE } from '@portolan/core/pictures';
import { pixelAt } from './camera.ts';
import type { Size } from './camera.ts';
import { withAlpha } from './colors.ts';
import type { Net } from './graticule.ts';
import type { DrawnLabel } from './labels.ts';
import { drawMarks } from './marks.ts';
import type { Camera, MapTheme, Marks, Place } from './types.ts';

export interface Pin {
  place: Place;
  label?: string;
}

export interface OverlayScene {
  camera: Camera;
  size: Size;
  theme: MapTheme;
  fontFamily: string;
  net: Net;
  labels: readonly DrawnLabel[];
  pins: readonly Pin[];
  marks: Marks | null;
  /** the highlighted point, its radius and its colour */
  highlight: { place: Place; radius: number; color: string } | null;
  /** a lasso or box being drawn, CSS pixels */
  outline: readonly Place[] | null;
}

export type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const FONT_SIZE = 10.5;
/** Labels nearer than this to a corner would run into each other. */
const CORNER = 28;

/** Draws in CSS pixels: scale the context for more. */
export function drawOverlay(context: Context2d, scene: OverlayScene): void {
  context.lineJoin = context.lineCap = 'round';
  drawEdge(context, scene);
  for (const label of scene.labels) drawLabel(context, scene, label);
  drawMarks(context, scene);
  if (scene.highlight) drawHighlight(context, scene);
  for (const pin of scene.pins) drawPin(context, scene, pin);
  if (scene.outline && scene.outline.length > 1) drawOutline(context, scene);
}

function drawEdge(context: Context2d, { net, size, theme, fontFamily }: OverlayScene): void {
  const { vertical, horizontal } = net;
  const { width, height } = size;
  context.lineWidth = 1;
  context.strokeStyle = withAlpha(theme.ink, 0.4);
  context.beginPath();
  for (const { pixel, label } of vertical) {
    const x = Math.round(pixel) + 0.5;
    context.moveTo(x, height);
    context.lineTo(x, height - (label === undefined ? 3 : 6));
  }
  for (const { pixel, label } of horizontal) {
    const y = Math.round(pixel) + 0.5;
    context.moveTo(0, y);
    context.lineTo(label === undefined ? 3 : 6, y);
  }
  context.stroke();

  context.font = `${FONT_SIZE}px ${fontFamily}`;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  for (const { pixel, label } of vertical) {
    if (label !== undefined && pixel > CORNER && pixel < width - CORNER) {
      haloed(context, theme, label, pixel, height - 10, withAlpha(theme.ink, 0.78));
    }
  }
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { pixel, label } of horizontal) {
    if (label !== undefined && pixel > CORNER / 2 && pixel < height - CORNER) {
      haloed(context, theme, label, 10, pixel, withAlpha(theme.ink, 0.78));
    }
  }
}

function drawHighlight(context: Context2d, { camera, size, theme, highlight }: OverlayScene): void {
  if (!highlight) return;
  const [x, y] = pixelAt(camera, size, highlight.place);
  const radius = Math.max(3, highlight.radius);
  disc(context, x, y, radius + 3.5, theme.background);
  disc(context, x, y, radius, highlight.color);
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.75;
  context.beginPath();
  context.arc(x, y, radius + 3, 0, 2 * Math.PI);
  context.stroke();
}

function drawLabel(context: Context2d, { theme, fontFamily }: OverlayScene, label: DrawnLabel): void {
  const { text, x, y, width, fontSize, bold, color, opacity } = label;
  const left = x - width / 2;
  context.globalAlpha = opacity;
  if (bold) drawPlate(context, theme, label);
  context.font = labelFont(fontSize, bold, fontFamily);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  if (color) {
    disc(context, left + LABEL_DOT.radius, y, LABEL_DOT.radius + 2, withAlpha(theme.background, 0.92));
    disc(context, left + LABEL_DOT.radius, y, LABEL_DOT.radius, color);
  }
  const start = left + (color ? LABEL_DOT.space : 0);
  if (bold) {
    context.fillStyle = theme.ink;
    context.fillText(text, start, y);
  } else haloed(context, theme, text, start, y, theme.ink);
  context.globalAlpha = 1;
}

/** A line as thick as the label is high, with round ends. */
function drawPlate(context: Context2d, theme: MapTheme, { x, y, width, fontSize }: DrawnLabel): void {
  const height = fontSize * LABEL_LINE;
  const half = Math.max(0, width / 2 + LABEL_PLATE.beyond - height / 2);
  context.strokeStyle = withAlpha(theme.background, LABEL_PLATE.opacity);
  context.lineWidth = height;
  context.beginPath();
  context.moveTo(x - half, y);
  context.lineTo(x + half, y);
  context.stroke();
}

export function labelFont(fontSize: number, bold: boolean, fontFamily: string): string {
  return `${bold ? 600 : 400} ${fontSize}px ${fontFamily}`;
}

/** What is written at the edges, as boxes in CSS pixels: labels keep off it. */
export function edgeBoxes(
  net: Net,
  { width, height }: Size,
): { x: number; y: number; width: number; height: number }[] {
  const side = (label: string): number => 6 * label.length + 8;
  return [
    ...net.vertical.flatMap(({ pixel, label }) =>
      label !== undefined && pixel > CORNER && pixel < width - CORNER
        ? [{ x: pixel, y: height - 13, width: side(label), height: 16 }]
        : [],
    ),
    ...net.horizontal.flatMap(({ pixel, label }) =>
      label !== undefined && pixel > CORNER / 2 && pixel < height - CORNER
        ? [{ x: 8 + side(label) / 2, y: pixel, width: side(label), height: 16 }]
        : [],
    ),
  ];
}

function drawPin(context: Context2d, { camera, size, theme, fontFamily }: OverlayScene, { place, label }: Pin): void {
  const [x, y] = pixelAt(camera, size, place);
  if (x < -200 || y < -40 || x > size.width + 200 || y > size.height + 40) return;
  context.lineWidth = 4;
  for (const [color, lineWidth] of [
    [theme.background, 4],
    [theme.accent, 1.75],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(x + 6 * dx, y + 6 * dy);
      context.lineTo(x + 10 * dx, y + 10 * dy);
    }
    context.stroke();
  }
  disc(context, x, y, 1.75, theme.accent);
  if (!label) return;
  context.font = `600 12px ${fontFamily}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  haloed(context, theme, label, x + 14, y, theme.ink);
}

function drawOutline(context: Context2d, { theme, outline }: OverlayScene): void {
  if (!outline) return;
  context.beginPath();
  outline.forEach(([x, y], k) => (k === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
  context.fillStyle = withAlpha(theme.accent, 0.1);
  context.fill();
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}

function disc(context: Context2d, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function haloed(context: Context2d, theme: MapTheme, text: string, x: number, y: number, color: string): void {
  context.strokeStyle = withAlpha(theme.background, 0.92);
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}
