import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, InputError, random } from '../base/index.ts';
import { decodeMessage, encodeMessage } from './messages.ts';

const arrays = fc.oneof(
  fc.uint8Array(),
  fc.int8Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
);
const keys = fc.string().filter((key) => key !== '__proto__');
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, undefined),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    arrays,
    fc.array(tie('tree')),
    fc.dictionary(keys, tie('tree'), { noNullPrototype: true }),
  ),
}));

test('what goes in comes out: every array type, NaN, -0, undefined, keys that look like ours', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(decodeMessage(encodeMessage(value))).toEqual(value);
    }),
    { seed: 1, numRuns: 300 },
  );
  for (const value of [NaN, -0, -Infinity, undefined, { $array: [0, 'Uint8Array', 1] }, { $$x: { $number: 'NaN' } }]) {
    expect(decodeMessage(encodeMessage([value]))).toEqual([value]);
  }
});

test('arrays keep their bits, from views at odd offsets too, and own their buffers', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  const value = { a: bytes.subarray(3, 8), b: Float32Array.of(NaN, -0, 1e-45, 3), c: new Float64Array(0) };
  const moved = new Uint8Array(1 + encodeMessage(value).byteLength);
  moved.set(encodeMessage(value), 1);
  const back = decodeMessage(moved.subarray(1)) as typeof value;
  expect(back).toEqual(value);
  expect(back.a.buffer.byteLength).toBe(5);
  expect(back.b.buffer).not.toBe(back.a.buffer);
});

/** A message by hand, as somebody hostile writes it. */
function message(json: string, arrays = 0, tail: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(json);
  const out = new Uint8Array(16 + text.length + tail.length);
  out.set(new TextEncoder().encode('PTLN'));
  [1, text.length, arrays].forEach((word, i) => new DataView(out.buffer).setUint32(4 + 4 * i, word, true));
  out.set(text, 16);
  out.set(tail, 16 + text.length);
  return out;
}

describe('refused', () => {
  const itself: unknown[] = [];
  itself.push(itself);
  test.each([
    ['a function', () => 0],
    ['a bigint', 1n],
    ['a Map', new Map()],
    ['an error', new Error('no')],
    ['a Uint16Array', new Uint16Array(2)],
    ['a loop', itself],
    ['__proto__', JSON.parse('{"__proto__":1}')],
  ])('%s on the way out', (_, value) => expect(() => encodeMessage({ value })).toThrow(InputError));

  test.each([
    ['nothing', new Uint8Array(0)],
    ['a short header', message('1').subarray(0, 15)],
    ['another magic', message('1').map((byte, i) => (i === 0 ? 0 : byte))],
    ['another version', message('1').map((byte, i) => (i === 4 ? 2 : byte))],
    ['JSON cut off', message('[1,2,3]').subarray(0, 20)],
    ['JSON that is none', message('[1,')],
    ['UTF-8 that is none', message('"a"').map((byte, i) => (i === 17 ? 0xff : byte))],
    ['bytes too many', message('1', 0, [0])],
    ['an array that is not there', message('{"$array":[0,"Uint8Array",0]}')],
    ['an array announced and not used', message('1', 1)],
    ['an array used twice', message('[{"$array":[0,"Uint8Array",0]},{"$array":[0,"Uint8Array",0]}]', 2)],
    ['an array of 2⁵³ numbers', message(`{"$array":[0,"Float64Array",${2 ** 53 - 1}]}`, 1)],
    ['an array of −1 numbers', message('{"$array":[0,"Float64Array",-1]}', 1)],
    ['an array of half a number', message('{"$array":[0,"Int8Array",0.5]}', 1)],
    ['a type from the prototype', message('{"$array":[0,"constructor",0]}', 1)],
    ['__proto__', message('{"__proto__":{"polluted":1}}')],
    ['an unknown special', message('{"$date":1}')],
    ['nesting', message('['.repeat(100) + ']'.repeat(100))],
    ['deep nesting', message('['.repeat(1e6))],
  ])('%s on the way in', (_, bytes) => expect(() => decodeMessage(bytes)).toThrow(FormatError));
});

test('fuzz: a mutated or cut message gives a value or a FormatError with an offset, and pollutes nothing', () => {
  const rng = random(7);
  const good = encodeMessage({
    rows: { data: Float32Array.from({ length: 30 }, (_, i) => i), rows: 3, cols: 10 },
    more: [Uint8Array.of(1, 2, 3), { $x: NaN, names: ['a', 'b'] }, null, BigInt64Array.of(1n)],
  });
  let refused = 0;
  for (let i = 0; i < 5000; i++) {
    const bytes = good.slice(0, rng.uniform() < 0.3 ? rng.below(good.length + 1) : good.length);
    for (let n = rng.below(4); n > 0 && bytes.length > 0; n--) bytes[rng.below(bytes.length)] = rng.below(256);
    try {
      decodeMessage(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as FormatError).details.offset).toBeTypeOf('number');
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1000);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
