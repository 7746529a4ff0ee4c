export type { MapMethod, MapQuality, Projection } from './projection.ts';
