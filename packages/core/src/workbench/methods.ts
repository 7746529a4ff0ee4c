/** What can be learned and mapped with, and what data can be made. */
import { dataGenerators } from '../data/index.ts';
import type { DataGenerator } from '../data/index.ts';
import { coordinatesMap, mapMethods } from '../maps/index.ts';
import type { MapMethod } from '../maps/index.ts';
import { spaceMethods } from '../spaces/index.ts';
import type { SpaceMethod } from '../spaces/index.ts';
import type { MethodInfo, Methods } from './workbench.ts';

/** Those that make maps, and the one that takes what was made elsewhere. */
export const everyMapMethod: readonly MapMethod[] = [...mapMethods, coordinatesMap];

export function methods(): Methods {
  return {
    spaces: spaceMethods.map(methodInfo),
    maps: everyMapMethod.map(methodInfo),
    data: dataGenerators.map(methodInfo),
  };
}

function methodInfo(method: SpaceMethod | MapMethod | DataGenerator): MethodInfo {
  const { name, title, summary, options } = method;
  return {
    name,
    title,
    summary,
    options: [...options],
    ...('takes' in method && { family: method.family, takes: method.takes }),
    ...('cautions' in method && { cautions: [...method.cautions] }),
    ...('labels' in method && method.labels !== undefined && { labels: method.labels }),
  };
}
