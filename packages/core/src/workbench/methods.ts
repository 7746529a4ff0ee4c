/** What can be learned and mapped with, and what data can be made. */
import type { OptionSpec } from '../base/index.ts';
import { dataGenerators } from '../data/index.ts';
import type { DataGenerator } from '../data/index.ts';
import { coordinatesMap, mapMethods, togetherOptions } from '../maps/index.ts';
import type { MapMethod } from '../maps/index.ts';
import { spaceMethods } from '../spaces/index.ts';
import type { SpaceMethod } from '../spaces/index.ts';
import type { MethodInfo, Methods } from './workbench.ts';

/** Those that make maps, and the one that takes what was made elsewhere. */
export const everyMapMethod: readonly MapMethod[] = [...mapMethods, coordinatesMap];

export function methods(): Methods {
  return {
    spaces: spaceMethods.map(methodInfo),
    maps: everyMapMethod.map((method) => ({ ...methodInfo(method), together: furtherOptions(method) })),
    data: dataGenerators.map(methodInfo),
  };
}

/** What can be chosen of several maps in one frame beside the options of one. */
function furtherOptions(method: MapMethod): OptionSpec[] {
  const own = new Set(method.options.map(({ name }) => name));
  return togetherOptions(method).filter(({ name }) => !own.has(name));
}

function methodInfo(method: SpaceMethod | MapMethod | DataGenerator): MethodInfo {
  const { name, title, summary, options } = method;
  return {
    name,
    title,
    summary,
    options: [...options],
    ...('takes' in method && { family: method.family, takes: method.takes }),
    ...('alsoTakes' in method && method.alsoTakes !== undefined && { alsoTakes: method.alsoTakes }),
    ...('cautions' in method && { cautions: [...method.cautions] }),
    ...('labels' in method && method.labels !== undefined && { labels: method.labels }),
  };
}
