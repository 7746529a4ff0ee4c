/** Marks: places on the map that are none of its points, such as rows put on it later; small diamonds over everything. */
import { escapeXml } from '@portolan/core/pictures';
import { depthOf, NEAREST, projector } from './camera.ts';
import { withAlpha } from './colors.ts';
import type { Context2d, OverlayScene } from './overlay.ts';
import type { Marks } from './types.ts';

/** From the middle to a corner, CSS pixels; less where there are many. */
const reachOf = ({ places, nComponents = 2 }: Marks): number => {
  const n = places.length / nComponents;
  return n > 2000 ? 3 : n > 200 ? 4 : 5;
};
const RIM = 1.25;

/** Those in view, CSS pixels, by colour; the missing ones are drawn in the theme's own. */
function inView({ camera, size, theme, marks }: OverlayScene): Map<string, number[]> {
  const found = new Map<string, number[]>();
  if (!marks) return found;
  const { places, nComponents = 2 } = marks;
  const reach = reachOf(marks);
  const project = projector(camera, size);
  const out = new Float64Array(3);
  for (let i = 0; i * nComponents < places.length; i++) {
    const at = i * nComponents;
    const place: [number, number] | [number, number, number] =
      nComponents === 3 ? [places[at], places[at + 1], places[at + 2]] : [places[at], places[at + 1]];
    const [x, y, far] = project(place[0], place[1], depthOf(place), out);
    // places that are no numbers are nowhere
    if (!(far > NEAREST && x > -reach && y > -reach && x < size.width + reach && y < size.height + reach)) continue;
    const color = colorOf(marks, i, theme.accent, theme.missing);
    const own = found.get(color);
    if (own) own.push(x, y);
    else found.set(color, [x, y]);
  }
  return found;
}

function colorOf({ color, codes, colors }: Marks, i: number, usual: string, missing: string): string {
  if (!codes || !colors) return color ?? usual;
  return codes[i] < 0 ? missing : (colors[codes[i]] ?? missing);
}

export function drawMarks(context: Context2d, scene: OverlayScene): void {
  if (!scene.marks) return;
  const reach = reachOf(scene.marks);
  for (const [color, pixels] of inView(scene)) {
    context.beginPath();
    for (let k = 0; k < pixels.length; k += 2) {
      const [x, y] = [pixels[k], pixels[k + 1]];
      context.moveTo(x, y - reach);
      context.lineTo(x + reach, y);
      context.lineTo(x, y + reach);
      context.lineTo(x - reach, y);
      context.closePath();
    }
    context.lineWidth = 2 * RIM + 2;
    context.strokeStyle = withAlpha(scene.theme.background, 0.85);
    context.stroke();
    context.lineWidth = 2 * RIM;
    context.strokeStyle = scene.theme.ink;
    context.stroke();
    context.fillStyle = color;
    context.fill();
  }
}

export function svgMarks(scene: OverlayScene): string[] {
  const { theme, marks } = scene;
  if (!marks) return [];
  const reach = reachOf(marks);
  return Array.from(inView(scene), ([color, pixels]) => {
    let path = '';
    for (let k = 0; k < pixels.length; k += 2) {
      const [x, y] = [pixels[k], pixels[k + 1]].map((value) => Math.round(value * 100) / 100);
      path += `M${x} ${y - reach}l${reach} ${reach}l${-reach} ${reach}l${-reach} ${-reach}z`;
    }
    const look = `fill="${escapeXml(color)}" stroke="${escapeXml(theme.ink)}" stroke-width="${RIM}"`;
    return `<path d="${path}" ${look} paint-order="stroke"/>`;
  });
}
