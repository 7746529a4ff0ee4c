/**
 * Coordinates that somebody brings, as a map like any other: places lead back to rows by their nearest points. Not among
 * `mapMethods`, since it has nothing to choose; the coordinates come as the job's start.
 */
import { InputError, matrix, resolveOptions } from '../base/index.ts';
import { checkRows, keptProjection, readKept } from './layout-map.ts';
import type { Fitted } from './layout-map.ts';
import type { MapMethod, Projection } from './projection.ts';

export const coordinatesMap: MapMethod = {
  name: 'coordinates',
  title: 'Own coordinates',
  summary: 'Two or three numbers for each row that were made elsewhere.',
  options: [],
  cautions: ['How these coordinates were made is not known here; the figures say how far they can be believed.'],
  async fit(x, given, job = {}) {
    const options = resolveOptions('coordinates', [], given);
    job.signal?.throwIfAborted();
    const brought = job.start?.coordinates;
    if (!brought) {
      throw new InputError(
        'a map of own coordinates needs them: a table of 2 or 3 numbers for each row, or a space of 2 or 3 dimensions',
        {
          code: 'coordinates-needed',
        },
      );
    }
    if ((brought.cols !== 2 && brought.cols !== 3) || brought.rows !== x.rows) {
      throw new InputError(`the coordinates are ${brought.rows} × ${brought.cols}, expected ${x.rows} × 2 or 3`, {
        code: 'width',
      });
    }
    checkRows('a map of own coordinates', x, brought.cols, job);
    const coordinates = matrix(brought.rows, brought.cols, brought.data.slice());
    return projectionOf({ x, coordinates, options, figures: {}, warnings: [] });
  },
  load: (files, coordinates) => projectionOf(readKept('coordinates', files, coordinates, () => true)),
};

function projectionOf(fitted: Fitted): Projection {
  const { transform: _, ...projection } = keptProjection('coordinates', fitted, async () => fitted.coordinates);
  return projection;
}
