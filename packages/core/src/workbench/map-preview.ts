/** What a map shows of itself while it unfolds, small enough to be sent a few times a second. */
import { matrix } from '../base/index.ts';
import type { MapDetail } from '../maps/index.ts';
import type { MapPreview } from './workbench.ts';

/** Points that are sent at most: some 800 kB in the plane. */
const MOST = 100_000;

/** Of more points, every so-many-th: the same each time, so that they can be seen to move. */
export function previewOf(detail: MapDetail): MapPreview {
  const { coordinates } = detail;
  if (!coordinates || coordinates.rows <= MOST) return detail;
  const { cols, data } = coordinates;
  const step = coordinates.rows / MOST;
  const rows = Uint32Array.from({ length: MOST }, (_, i) => Math.floor(i * step));
  const some = matrix(MOST, cols);
  rows.forEach((from, to) => {
    for (let c = 0; c < cols; c++) some.data[to * cols + c] = data[from * cols + c];
  });
  return { ...detail, coordinates: some, rows };
}
