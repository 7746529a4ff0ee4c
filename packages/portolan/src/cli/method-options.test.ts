import { describe, expect, it } from 'vitest';
import type { MethodInfo } from '@portolan/core';
import { parseArguments } from './arguments.ts';
import { methodFlags, methodNamed, methodOptions } from './method-options.ts';

const METHODS: MethodInfo[] = [
  {
    name: 'net',
    title: 'Net',
    summary: '',
    options: [
      { name: 'latentDim', type: 'integer', default: 2, min: 1, max: 64, summary: '' },
      { name: 'learningRate', type: 'number', default: 0.001, min: 0, summary: '' },
      { name: 'layers', type: 'integers', default: [512, 128], min: 1, summary: '' },
      { name: 'noise', type: 'choice', default: 'none', choices: ['none', 'gaussian'], summary: '' },
      { name: 'convolutional', type: 'boolean', default: false, summary: '' },
    ],
  },
  {
    name: 'plain',
    title: 'Plain',
    summary: '',
    options: [{ name: 'latentDim', type: 'integer', default: 2, summary: '' }],
  },
];
const read = (method: string, ...argv: string[]): unknown =>
  methodOptions(methodNamed(METHODS, method), METHODS, parseArguments(argv, methodFlags(METHODS, [])));

describe('a method’s options', () => {
  it('are flags', () => {
    expect(read('net')).toEqual({});
    expect(
      read(
        'net',
        '--latent-dim',
        '8',
        '--learning-rate=1e-2',
        '--layers',
        '64, 32',
        '--noise',
        'gaussian',
        '--convolutional',
      ),
    ).toEqual({ latentDim: 8, learningRate: 0.01, layers: [64, 32], noise: 'gaussian', convolutional: true });
    expect(read('net', '--no-convolutional', '--layers', 'none')).toEqual({ convolutional: false, layers: [] });
  });

  it.each<[string, string[], RegExp]>([
    ['net', ['--latent-dim', '0'], /--latent-dim is "0", expected a whole number from 1 to 64/],
    ['net', ['--latent-dim', '2.5'], /expected a whole number/],
    ['net', ['--latent-dim', 'two'], /expected a whole number/],
    ['net', ['--latent-dim', ''], /expected a whole number/],
    ['net', ['--learning-rate', '-1'], /expected a number of at least 0/],
    ['net', ['--learning-rate', 'Infinity'], /expected a number/],
    ['net', ['--layers', '64,x'], /--layers is "x"/],
    ['net', ['--noise', 'gausian'], /did you mean gaussian\?; expected one of none, gaussian/],
    ['plain', ['--layers', '64'], /plain has no --layers; its options: --latent-dim/],
    ['plian', [], /no method "plian"; did you mean plain\? \(net, plain\)/],
  ])('of %s are refused: %j', (method, argv, message) => {
    expect(() => read(method, ...argv)).toThrow(message);
  });
});
