/**
 * The library in one import. The names of `graph` and `nn` are the field's short ones (`add`, `dense`), so they come
 * under their layer's name: `import { graph } from '@portolan/core'`, or `from '@portolan/core/graph'`.
 */
export * from './base/index.ts';
export * from './kernels/index.ts';
export * from './linalg/index.ts';
export * as graph from './graph/index.ts';
export * from './runtime/index.ts';
export * as nn from './nn/index.ts';
export * from './data/index.ts';
export * from './neighbors/index.ts';
export * from './spaces/index.ts';
export * from './maps/index.ts';
export * from './measures/index.ts';
export * from './pictures/index.ts';
export * from './workbench/index.ts';
