export { mse } from './mse.ts';
export { trustworthiness } from './trustworthiness.ts';
export { continuity } from './continuity.ts';
export { neighborRecall } from './neighbor-recall.ts';
export { labelAccuracy } from './label-accuracy.ts';
export { measureMap } from './measure-map.ts';
export type { MeasureMapOptions } from './measure-map.ts';
