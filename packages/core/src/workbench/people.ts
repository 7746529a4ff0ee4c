/** People who were not learned from, as rows that a space of ratings encodes. */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { knowsItems, ratingsRows } from '../spaces/index.ts';
import type { Given, LatentSpace } from '../spaces/index.ts';
import type { SpaceInfo } from './workbench.ts';

/** Rows of what people gave, for a space of ratings: ratings that it was told to leave out are left out here too. */
export function rowsOfPeople(
  space: LatentSpace,
  { id, options }: SpaceInfo,
  people: readonly Given[],
  skipUnknown?: boolean,
): { rows: Matrix; skipped: string[] } {
  if (!knowsItems(space)) throw noRatings(id, space);
  const minRating = typeof options.minRating === 'number' ? options.minRating : 0;
  return ratingsRows(space, people, { minRating, skipUnknown });
}

export function noRatings(id: string, space: LatentSpace): InputError {
  return new InputError(
    `${id} (${space.method}) was not learned from ratings and knows no items by name; take a space of als, bpr or ease`,
    { code: 'no-ratings' },
  );
}
