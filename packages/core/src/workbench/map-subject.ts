/** What a map is made of: the numbers of a space or a data set, and what near means among them. */
import { InputError } from '../base/index.ts';
import type { Matrix, Options } from '../base/index.ts';
import type { MapMethod } from '../maps/index.ts';
import { withDistance } from './by-geometry.ts';
import type { Desk } from './desk.ts';
import { checkScale, numbersOf } from './map-inputs.ts';
import type { DataInfo, SpaceInfo } from './workbench.ts';

export interface Subject {
  /** its id */
  of: string;
  source: SpaceInfo | DataInfo;
  /** id of the data whose rows they are */
  data: string;
  /** [n, d] */
  x: Matrix;
  /** the options that were given, with its own distance where none was and the method can take it */
  given: Partial<Options>;
  /** what is to be said of that */
  told: string[];
}

export async function subjectOf(
  desk: Desk,
  of: string,
  method: MapMethod,
  options: Partial<Options> | undefined,
): Promise<Subject> {
  const source = await desk.items.find(of);
  if (source.kind === 'map') {
    throw new InputError(`${of} is a map already; name a space or a data set`, { code: 'wrong-kind' });
  }
  const { options: given, told } = withDistance(method, source, options);
  const x = await numbersOf(desk, source);
  checkScale(x, of);
  return { of, source, data: source.kind === 'space' ? source.data : source.id, x, given, told };
}
