import { deflateSync } from 'node:zlib';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { encode as encodePng } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { FormatError } from '@portolan/core/base';
import { imageDecoder } from './images.ts';

/** 16 × 8 pixels, left half red, right half blue (or clear), as Chromium 150 wrote them from a canvas. */
const CHROMIUM = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAYAAADwdn+XAAAAJ0lEQVR4AeyQoQ0AAAjDmv3/c/kABALDkqkmFY1g9wEblnsB3DcoAAAA//9LtzGOAAAABklEQVQDALr0H/FxgNKIAAAAAElFTkSuQmCC',
  clear:
    'iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAYAAADwdn+XAAAAJklEQVR4AeyQsQkAAAyDJP//nH5Qxy4NZBIcTKHbkUW44hfAfYMBAAD//1I6LU8AAAAGSURBVAMAbqkQAYb3r3YAAAAASUVORK5CYII=',
  jpg: '/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAACP/EABgRAAIDAAAAAAAAAAAAAAAAAAAJRoTE/9oADAMBAAIRAxEAPwCL0hgVCy5XR2DUYZGbuQ//2Q==',
  webp: 'UklGRggCAABXRUJQVlA4WAoAAAAgAAAADwAABwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZWUDhMGQAAAC8PwAEADxDzv//zHw7Egsn8pTtTiOh/ZAAA',
};
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A png from its parts: rows are the filtered bytes, filter 0 before each row. */
function png(
  width: number,
  height: number,
  depth: number,
  colour: number,
  rows: number[],
  others: Buffer[] = [],
): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour, 0, 0, 0], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', head),
      ...others,
      chunk('IDAT', deflateSync(Uint8Array.from(rows))),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}

describe('imageDecoder', () => {
  it.each([
    ['png', 0],
    ['webp', 0],
    ['jpg', 4],
  ] as const)('decodes a %s that a browser wrote', async (kind, tolerance) => {
    const { width, height, channels, data } = await imageDecoder.decode(bytesOf(CHROMIUM[kind]), `a.${kind}`);
    expect([width, height, channels]).toEqual([16, 8, 3]);
    for (let p = 0; p < 128; p++) {
      const expected = p % 16 < 8 ? [255, 0, 0] : [0, 0, 255];
      for (let c = 0; c < 3; c++) expect(Math.abs(data[3 * p + c] - expected[c])).toBeLessThanOrEqual(tolerance);
    }
  });

  it('lays what is clear on white', async () => {
    const { channels, data } = await imageDecoder.decode(bytesOf(CHROMIUM.clear), 'a.png');
    expect([channels, ...data.subarray(0, 3), ...data.subarray(24, 27)]).toEqual([3, 255, 0, 0, 255, 255, 255]);
    const half = encodePng({ width: 1, height: 1, channels: 4, depth: 8, data: Uint8Array.of(0, 100, 255, 51) });
    expect([...(await imageDecoder.decode(half, 'half.png')).data]).toEqual([204, 224, 255]);
  });

  it('brings every depth to eight bits', async () => {
    const sixteen = await imageDecoder.decode(png(2, 1, 16, 0, [0, 0xff, 0xff, 0x80, 0x00]), 'a.png');
    expect([sixteen.channels, ...sixteen.data]).toEqual([1, 255, 128]);
    const one = await imageDecoder.decode(
      png(10, 2, 1, 0, [0, 0b10100000, 0b01000000, 0, 0b11111111, 0b10000000]),
      'a.png',
    );
    expect([...one.data]).toEqual([255, 0, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0]);
    const two = await imageDecoder.decode(png(4, 1, 2, 0, [0, 0b00011011]), 'a.png');
    expect([...two.data]).toEqual([0, 85, 170, 255]);
  });

  it('looks colours up in a palette, and knows which of them are clear', async () => {
    const palette = chunk('PLTE', Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255));
    const plain = await imageDecoder.decode(png(3, 1, 2, 3, [0, 0b00011000], [palette]), 'a.png');
    expect([...plain.data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255]);
    const clear = await imageDecoder.decode(
      png(3, 1, 2, 3, [0, 0b00011000], [palette, chunk('tRNS', Uint8Array.of(255, 0))]),
      'a.png',
    );
    expect([...clear.data]).toEqual([255, 0, 0, 255, 255, 255, 0, 0, 255]);
    await expect(imageDecoder.decode(png(1, 1, 2, 3, [0, 0b11000000], [palette]), 'a.png')).rejects.toThrow(
      /palette of 3/,
    );
  });

  it('takes one colour as clear when the file says so', async () => {
    const { data } = await imageDecoder.decode(
      png(2, 1, 8, 0, [0, 7, 8], [chunk('tRNS', Uint8Array.of(0, 7))]),
      'a.png',
    );
    expect([...data]).toEqual([255, 8]);
  });

  it('refuses bombs by what they say and by what they hold', async () => {
    const huge = png(60_000, 60_000, 8, 0, [0]);
    await expect(imageDecoder.decode(huge, 'huge.png')).rejects.toThrow('huge.png has 60000 × 60000 pixels');
    const bomb = png(
      2,
      2,
      8,
      0,
      Array.from({ length: 1e6 }, () => 0),
    );
    await expect(imageDecoder.decode(bomb, 'bomb.png')).rejects.toThrow(FormatError);
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(Buffer.alloc(1e7))]));
    expect([...(await imageDecoder.decode(png(1, 1, 8, 0, [0, 9], [profile]), 'a.png')).data]).toEqual([9]);
  });

  it('reads or refuses whatever is damaged, and names it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(CHROMIUM) as (keyof typeof CHROMIUM)[])),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(255),
        async (kind, place, length, byte) => {
          const whole = bytesOf(CHROMIUM[kind]);
          const bytes = whole.slice(0, length < 0.7 ? whole.length : Math.floor(length * whole.length));
          bytes[Math.floor(place * whole.length)] = byte;
          try {
            await imageDecoder.decode(bytes, 'x.img');
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
            expect((error as FormatError).details.name).toBe('x.img');
          }
        },
      ),
      { seed: 3, numRuns: 600 },
    );
  });
});
