export { readRows, rowsOf, columnNamed } from './dataset.ts';
export type { Column, Dataset, Medium, Rows } from './dataset.ts';
export { bytesSource } from './source.ts';
export type { ByteSource, ImageData8, ImageDecoder } from './source.ts';
export { readPack, readPackManifest } from './packs.ts';
export type { PackManifest } from './packs.ts';
export { readNpy, readNpyMatrix, writeNpy } from './formats/npy.ts';
export type { NpyArray, NpyData } from './formats/npy.ts';
