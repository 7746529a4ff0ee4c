import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAddress, START, toAddress, type ViewState } from './address.ts';

const real = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((x) => Number(x.toPrecision(6)) || 0);
const pin = fc.oneof(
  fc.nat(1e6).map((index) => ({ kind: 'sample' as const, index })),
  fc.record({ kind: fc.constant('place' as const), x: real, y: real }),
  fc.record({ kind: fc.constant('place' as const), x: real, y: real, offset: fc.constant<number[]>([0, 0.5, -2]) }),
);
const filter = fc.oneof(
  fc.record({ column: fc.string(), hide: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
  fc.record({ column: fc.string(), from: real, to: fc.constant(2000) }),
  fc.record({ column: fc.string(), text: fc.string() }),
);
const name = fc.string({ minLength: 1, maxLength: 12 });
const state = fc.record({
  data: fc.option(name),
  space: fc.option(name),
  map: fc.option(name),
  beside: fc.option(name),
  scale: fc.constantFrom('viridis' as const, 'blueOrange' as const),
  tints: fc.array(fc.record({ column: fc.string(), category: fc.string(), color: fc.constant('#0a1b2c') }), {
    maxLength: 2,
  }),
  color: fc.option(fc.option(name), { nil: undefined }),
  filters: fc.array(filter, { maxLength: 3 }),
  pins: fc.array(pin, { maxLength: 4 }),
  selection: fc.array(fc.nat(1e5), { maxLength: 20 }),
  camera: fc.option(
    fc.oneof(
      fc.record({ x: real, y: real, scale: fc.constantFrom(0.5, 12, 340.25) }),
      fc.record({ x: real, y: real, scale: fc.constant(3), z: real, yaw: real, pitch: real }),
    ),
    { nil: null },
  ),
  words: fc.constantFrom(undefined, null, 'categories' as const, 'samples' as const),
  thumbnails: fc.boolean(),
  backdrop: fc.boolean(),
  density: fc.boolean(),
  edges: fc.boolean(),
});

describe('the address', () => {
  test('gives back every state that it was given', () => {
    fc.assert(
      fc.property(state, (s: ViewState) => {
        expect(fromAddress(`#${toAddress(s)}`)).toEqual(s);
      }),
    );
  });

  test('is empty at the start, and anything unreadable is the start', () => {
    expect(toAddress(START)).toBe('');
    expect(fromAddress('#at=1,2&pins=q~s-1~pNaN,2~s&select=a.b')).toEqual(START);
    fc.assert(
      fc.property(fc.string(), (text) => {
        fromAddress(text);
      }),
    );
  });

  test('leaves out a selection too long to send', () => {
    const selection = Array.from({ length: 5000 }, (_, i) => i);
    expect(toAddress({ ...START, selection })).toBe('');
  });
});
