/** Bytes somewhere: a file, a Blob, memory. Readers take slices, so a large file is never held whole. */
export interface ByteSource {
  /** with folders, `/` between them: `faces/anna/01.png` */
  readonly name: string;
  readonly byteLength: number;
  /** bytes start … end (exclusive), clamped to the source */
  slice(start: number, end?: number): Promise<Uint8Array>;
}

/** A source over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    slice: (start, end = bytes.byteLength) => Promise.resolve(bytes.subarray(start, end)),
  };
}

/** An image as bytes, row-major, height × width × channels. */
export interface ImageData8 {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** Decodes png, jpg and webp; given by whoever runs core (a page has its own, Node has libraries). */
export interface ImageDecoder {
  decode(bytes: Uint8Array, name: string): Promise<ImageData8>;
}
