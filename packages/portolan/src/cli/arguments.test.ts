import { describe, expect, it } from 'vitest';
import { checkPositionals, parseArguments } from './arguments.ts';
import type { Flag } from './arguments.ts';

const FLAGS: Flag[] = [
  { name: 'out', short: 'o', value: 'FILE', summary: '' },
  { name: 'latent-dim', value: 'N', summary: '' },
  { name: 'open', summary: '' },
  { name: 'json', summary: '' },
];
const parse = (...argv: string[]): unknown => {
  const { positionals, flags } = parseArguments(argv, FLAGS);
  return { positionals, flags: Object.fromEntries(flags) };
};

describe('parseArguments', () => {
  it.each<[string[], string[], Record<string, unknown>]>([
    [[], [], {}],
    [['a', 'b'], ['a', 'b'], {}],
    [['--out', 'x.npy', 'a'], ['a'], { out: 'x.npy' }],
    [['--out=x=y', 'a'], ['a'], { out: 'x=y' }],
    [['--out='], [], { out: '' }],
    [['-o', 'x'], [], { out: 'x' }],
    [['--json', 'a'], ['a'], { json: true }],
    [['--no-open'], [], { open: false }],
    [['--latent-dim', '-2'], [], { 'latent-dim': '-2' }],
    [['--latent-dim', '2', '--latent-dim', '3'], [], { 'latent-dim': '3' }],
    [['--', '--out', '-x'], ['--out', '-x'], {}],
    [['-', '-5', '-.5', '-12e3'], ['-', '-5', '-.5', '-12e3'], {}],
    [['-5', '--json', 'a'], ['-5', 'a'], { json: true }],
    [['--out', '-', 'a'], ['a'], { out: '-' }],
  ])('reads %j', (argv, positionals, flags) => {
    expect(parse(...argv)).toEqual({ positionals, flags });
  });

  it.each<[string[], RegExp]>([
    [['--latent-dmi', '2'], /no flag --latent-dmi; did you mean --latent-dim\?/],
    [['--zzz'], /no flag --zzz$/],
    [['-x'], /no flag -x/],
    [['-out', 'x'], /no flag -out; did you mean --out\?/],
    [['--no-json-x'], /no flag --no-json-x/],
    [['--no-out'], /no flag --no-out/],
    [['--no-json=1'], /--no-json takes no value/],
    [['--constructor'], /no flag --constructor/],
    [['---out'], /no flag ---out/],
    [['--out'], /--out needs a value: --out FILE/],
    [['--out', '--json'], /--out needs a value/],
    [['--json=yes'], /--json takes no value, got "yes"/],
  ])('refuses %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(message);
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });
});

describe('checkPositionals', () => {
  const one = [{ name: 'SPACE', summary: 'a space’s id' }];
  it('names what is missing and what is too much', () => {
    expect(() => checkPositionals([], one)).toThrow('SPACE is missing: a space’s id');
    expect(() => checkPositionals(['a', 'b'], one)).toThrow('"b" is one argument too many');
    checkPositionals(['a', 'b'], [{ ...one[0], many: true }]);
    checkPositionals([], [{ ...one[0], optional: true }]);
  });
});
