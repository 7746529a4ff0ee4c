/**
 * A map as one HTML file that needs nothing else: the points, columns and pictures packed in it, and the viewer, a
 * script that `@portolan/view` brings along (`@portolan/view/viewer`). Its policy forbids it to fetch anything.
 */
import { InputError } from '../base/index.ts';
import { toBase64 } from './base64.ts';
import { packMap } from './map-data.ts';
import type { MapData } from './map-data.ts';
import { checkScale } from './scales.ts';
import { escapeXml } from './svg-parts.ts';
import { darkTheme, lightTheme } from './theme.ts';

export interface MapPageOptions extends Partial<Omit<MapData, 'coordinates'>> {
  /** the viewer's script, as text */
  viewer: string;
  /** [n * nComponents], nComponents 2 unless said otherwise */
  coordinates: Float32Array;
  /** coordinates with all their digits, at about twice the size; by default 16 bits each */
  exact?: boolean;
}

/** Nothing from anywhere: all there is stands in the file. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

/**
 * @throws InputError when columns or thumbnails are for another number of points, `colorBy` names no column, the scale has
 *   colours that aren't hexadecimal, or there is no viewer
 */
export function mapToHtml(options: MapPageOptions): string {
  const {
    viewer,
    exact,
    coordinates,
    nComponents = 2,
    columns = [],
    title = 'Map',
    labels = 'categories',
    theme = 'auto',
  } = options;
  const { about, colorBy = firstColoring(columns), scale, thumbnails, pointSize } = options;
  if (scale) checkScale(scale);
  if (!viewer) throw new InputError('a page needs the viewer: the text of @portolan/view/viewer');
  if (colorBy !== undefined && !columns.some(({ name }) => name === colorBy)) {
    const names = columns.map(({ name }) => name).join(', ') || 'none';
    throw new InputError(`there is no column ${colorBy} to colour by; the columns: ${names}`, { code: 'no-column' });
  }
  const data = {
    title,
    about,
    coordinates,
    nComponents,
    columns,
    colorBy,
    scale,
    labels,
    thumbnails,
    theme,
    pointSize,
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="Portolan">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<link rel="icon" href="data:,">
<style>
html, body { height: 100%; margin: 0; background: ${lightTheme.background}; color: ${lightTheme.ink}; }
@media (prefers-color-scheme: dark) { html, body { background: ${darkTheme.background}; color: ${darkTheme.ink}; } }
</style>
</head>
<body>
<noscript>${escapeXml(title)}: this map moves, so it needs JavaScript.</noscript>
<script type="application/octet-stream" id="portolan-map">${toBase64(packMap(data, exact))}</script>
<script>${viewer.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--')}</script>
</body>
</html>
`;
}

/** A category if there is one, else a number. */
function firstColoring(columns: readonly { name: string; type: string }[]): string | undefined {
  const found = columns.find(({ type }) => type === 'category') ?? columns.find(({ type }) => type === 'number');
  return found?.name;
}
