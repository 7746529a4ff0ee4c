export type { MapDetail, MapJob, MapMethod, MapQuality, Projection } from './projection.ts';
export { pcaMap } from './pca-map.ts';
export { umap } from './umap.ts';
export { tsne } from './tsne.ts';
export { loadProjection, mapMethods } from './methods.ts';
export { PROJECTION_VERSION } from './projection-json.ts';
export { placeTree } from './place-tree.ts';
export type { PlaceTree } from './place-tree.ts';
