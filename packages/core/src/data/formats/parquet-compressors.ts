/** What Parquet pages may be compressed by. In a module of its own, which is loaded with the first file: Brotli's dictionary is large. */
import { compressors as allCompressors, decompressZstd } from 'hyparquet-compressors';

/** zstd is given its room, so that what a frame declares of itself is not believed. */
export const compressors = {
  ...allCompressors,
  ZSTD: (input: Uint8Array, length: number) => decompressZstd(input, new Uint8Array(length)),
};
