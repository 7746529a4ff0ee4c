/** The map as a file: PNG in tiles of what the renderer can draw at once, SVG from the same data. */
import { depthOf, isSpatial, moved, NEAREST, pixelAt, projector } from './camera.ts';
import { hexOf } from './colors.ts';
import { copyPicture } from './gl/program.ts';
import type { GraticuleLine } from './graticule.ts';
import { drawOverlay } from './overlay.ts';
import type { OverlayScene } from './overlay.ts';
import type { PointState } from './point-state.ts';
import { MUTED, SELECTED } from './renderer.ts';
import type { Frame, MapRenderer } from './renderer.ts';
import type { Backdrop, Line, Place } from './types.ts';

/** Draws the frame `scale` times as large, tile by tile, and what is written over it. */
export function mapToBlob(renderer: MapRenderer, frame: Frame, overlay: OverlayScene, scale: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(frame.width * scale);
  canvas.height = Math.round(frame.height * scale);
  const context = canvas.getContext('2d');
  if (!context) return Promise.reject(new Error('view: no 2-D canvas to make a picture with'));
  const tile = Math.floor(renderer.maxSize / scale); // CSS pixels
  // the tones of tiles are those of the whole
  const isTile = frame.width > tile || frame.height > tile;
  if (isTile)
    renderer.draw({ ...frame, pixelRatio: Math.min(1, renderer.maxSize / Math.max(frame.width, frame.height)) });
  for (let top = 0; top < frame.height; top += tile) {
    for (let left = 0; left < frame.width; left += tile) {
      const width = Math.min(tile, frame.width - left);
      const height = Math.min(tile, frame.height - top);
      const across = left + width / 2 - frame.width / 2;
      const down = top + height / 2 - frame.height / 2;
      const spatial = isSpatial(frame.camera);
      const camera = spatial
        ? frame.camera
        : moved(frame.camera, across / frame.camera.scale, -down / frame.camera.scale);
      const middle: [number, number] = spatial ? [-across, down] : [0, 0];
      const net = { vertical: shifted(frame.net.vertical, left), horizontal: shifted(frame.net.horizontal, top) };
      renderer.draw({ ...frame, camera, middle, isTile, width, height, net, pixelRatio: scale });
      context.drawImage(renderer.canvas, Math.round(left * scale), Math.round(top * scale));
    }
  }
  context.scale(scale, scale);
  drawOverlay(context, overlay);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error(`view: the browser could not make a picture of ${canvas.width} × ${canvas.height} pixels`));
    }, 'image/png');
  });
}

function shifted(lines: readonly GraticuleLine[], by: number): GraticuleLine[] {
  return lines.map((line) => ({ ...line, pixel: line.pixel - by }));
}

interface SvgScene {
  points: PointState;
  time: number;
  frame: Frame;
  overlay: OverlayScene;
  lines: readonly Line[];
  backdrop: Backdrop | null;
}

/** Points of one colour are one path of dots, so that ten thousand of them stay a small file. */
export function mapToSvg({ points, time, frame, overlay, lines, backdrop }: SvgScene): string {
  const { width, height, camera } = frame;
  const { theme, fontFamily, pins } = overlay;
  const parts: string[] = [];
  parts.push(`<rect width="${width}" height="${height}" fill="${escape(theme.background)}"/>`);
  if (backdrop) parts.push(backdropOf(backdrop, overlay));
  const { vertical, horizontal } = frame.net;
  parts.push(`<g stroke="${escape(theme.graticule)}" stroke-width="0.75">`);
  for (const { pixel, opacity } of vertical) parts.push(`<path d="M${r(pixel)} 0V${height}" opacity="${opacity}"/>`);
  for (const { pixel, opacity } of horizontal) parts.push(`<path d="M0 ${r(pixel)}H${width}" opacity="${opacity}"/>`);
  parts.push('</g>', ...dotsOf(points, time, frame, overlay));
  for (const { points: places, color = theme.ink, width: stroke = 1, dashed, opacity = 1 } of lines) {
    const path = places.map((place) => rounded(pixelAt(camera, frame, place)).join(' ')).join('L');
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    const look = `fill="none" stroke="${escape(color)}" stroke-width="${stroke}" opacity="${opacity}"${dash}`;
    if (places.length > 1) parts.push(`<path d="M${path}" ${look}/>`);
  }
  const family = escape(fontFamily);
  parts.push(`<g fill="${escape(theme.ink)}" font-family="${family}" font-size="10.5" fill-opacity="0.78">`);
  for (const { pixel, label } of vertical) {
    if (label !== undefined)
      parts.push(`<text x="${r(pixel)}" y="${height - 10}" text-anchor="middle">${label}</text>`);
  }
  for (const { pixel, label } of horizontal) {
    if (label !== undefined) parts.push(`<text x="10" y="${r(pixel)}" dominant-baseline="middle">${label}</text>`);
  }
  parts.push('</g>');
  for (const { place, label } of pins) {
    const [x, y] = rounded(pixelAt(camera, frame, place));
    parts.push(`<circle cx="${x}" cy="${y}" r="6" fill="none" stroke="${escape(theme.accent)}" stroke-width="1.75"/>`);
    if (!label) continue;
    const text = `font-family="${family}" font-size="12" font-weight="600" dominant-baseline="middle"`;
    parts.push(`<text x="${x + 14}" y="${y}" fill="${escape(theme.ink)}" ${text}>${escape(label)}</text>`);
  }
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}>\n${parts.join('\n')}\n</svg>\n`;
}

function dotsOf(points: PointState, time: number, frame: Frame, { theme }: OverlayScene): string[] {
  const { camera, width, height, pointRadius, opacity, unselectedOpacity } = frame;
  const { codeOf, palette } = points.style(theme);
  const { flags, slots } = points.layers();
  const project = projector(camera, frame);
  const out = new Float64Array(3);
  const groups = new Map<number, string[]>();
  for (let k = 0; k < points.count; k++) {
    const i = points.order[slots ? slots[k] : k];
    const place = points.placeOf(i, time);
    if (!place) continue;
    const [x, y, far] = project(place[0], place[1], depthOf(place), out);
    const margin = pointRadius;
    if (far <= NEAREST || x < -margin || x > width + margin || y < -margin || y > height + margin) continue;
    const code = codeOf ? codeOf(i) : 0;
    const flag = flags ? flags[i] : 0;
    const key = flag === MUTED ? -1 : flag === SELECTED ? 65_536 + code : code;
    const dots = groups.get(key) ?? [];
    groups.set(key, dots);
    dots.push(`M${r(x)} ${r(y)}h0`);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([key, dots]) => {
      const code = key % 65_536;
      const color =
        key < 0 ? hexOf(frame.muted) : hexOf([palette[4 * code], palette[4 * code + 1], palette[4 * code + 2], 255]);
      const strength = key < 0 ? opacity : key >= 65_536 ? Math.max(opacity, 0.9) : unselectedOpacity;
      const look = `stroke="${color}" stroke-width="${r(2 * pointRadius)}" stroke-linecap="round" opacity="${r(strength)}"`;
      return `<path d="${dots.join('')}" fill="none" ${look}/>`;
    });
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

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function rounded([x, y]: Place): [number, number] {
  return [r(x), r(y)];
}
