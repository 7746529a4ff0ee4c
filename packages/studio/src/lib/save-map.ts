/** The map as a picture, or as a file that other programs and people open. */
import type { Column } from '@portolan/core/data';
import { colorsOf } from '@portolan/core/pictures';
import { keptOf } from '@portolan/core/workbench';
import type { MapFile } from './map-files.ts';
import { aboutMap, aboutSpace } from './about.ts';
import { saveBlob } from './save.ts';
import { chart } from './state/chart.svelte.ts';
import { handle } from './state/map-handle.svelte.ts';
import { project } from './state/project.svelte.ts';
import { samples } from './state/samples.svelte.ts';
import { shown } from './state/shown.svelte.ts';
import { theme } from './state/theme.svelte.ts';
import { view } from './state/view.svelte.ts';
import { scout } from './state/workers.ts';

/** `print`: A3, 300 dots an inch. */
export type PictureKind = 1 | 2 | 4 | 'print' | 'svg';

const PRINT = { width: 4961, height: 3508, dpi: 300 };

const nameOfMap = (): string => chart.map?.id ?? chart.space?.id ?? 'map';

/** The map as it is seen now. */
export async function savePicture(kind: PictureKind): Promise<void> {
  const { map } = handle;
  if (!map) return;
  const name = nameOfMap();
  if (kind === 'svg') {
    return saveBlob(
      new Blob([map.toSvg({ legend: legend(), thumbnails: view.thumbnails })], { type: 'image/svg+xml' }),
      `${name}.svg`,
    );
  }
  if (kind === 'print') return saveBlob(await map.toBlob({ ...PRINT, legend: legend() }), `${name}-print.png`);
  saveBlob(await map.toBlob({ scale: kind }), `${name}${kind > 1 ? `@${kind}x` : ''}.png`);
}

function legend() {
  const { column, points } = shown;
  if (!column || !points || points.rows) return null;
  return colorsOf(column, points.coordinates.rows, { theme: theme.map, dark: theme.dark }).legend;
}

/** The map, or what is selected on it, as one or two files. */
export async function saveMap(format: MapFile, { selection = false } = {}): Promise<void> {
  const name = nameOfMap();
  const what = chart.map ? aboutMap(chart.map, project.titleOf(chart.map)) : chart.space ? aboutSpace(chart.space) : [];
  const columns = [...samples.columns, ...(await keptColumns())];
  const files = await scout().call('mapFiles', {
    format,
    columns,
    points: selection ? Uint32Array.from(view.selection) : null,
    title: name,
    about: what.join(' · '),
    colorBy: columns.find(({ name }) => name === shown.column?.name)?.name,
    medium: samples.info?.medium ?? null,
    ...(format === 'html' && { viewer: (await import('@portolan/view/viewer')).viewer }),
  });
  for (const [ending, blob] of Object.entries(files))
    saveBlob(blob, `${name}${selection ? '-selection' : ''}${ending}`);
}

/** How much of its neighbourhood each point keeps, as the CLI's files have it; none where that was not measured. */
async function keptColumns(): Promise<Column[]> {
  const { map } = chart;
  if (map?.keepNeighbors === undefined || !project.client) return [];
  return [keptOf(await project.client.keep({ map: map.id }))];
}
