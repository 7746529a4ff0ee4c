import { expect, test } from 'vitest';
import { areModels, bringArgs, bringCommand } from './bring-told.ts';

test('answers as typed become arguments, and the command that says the same', () => {
  const typed = {
    range: '−1, 1',
    latent: '4,8, 8',
    inputs: 'label=0; style=1, 2',
    layout: 'channelsFirst',
    mean: ' ',
    label: 'kind',
  };
  const args = bringArgs(typed);
  expect(args).toEqual({
    range: [-1, 1],
    latent: [4, 8, 8],
    inputs: { label: [0], style: [1, 2] },
    layout: 'channelsFirst',
    label: 'kind',
  });
  expect(bringCommand({ files: ['my encoder.onnx'], data: 'digits', ...args, codesOutput: 'mu' })).toBe(
    "portolan space add 'my encoder.onnx' --data digits --range '-1,1' --latent 4,8,8 --layout channelsFirst --label kind " +
      "--codes-output mu --inputs 'label=0;style=1,2'",
  );
  expect(bringArgs({})).toEqual({});
});

test.each([
  [{ range: '1' }, 'range is “1”, expected two numbers'],
  [{ mean: '1, x' }, 'mean is “1, x”, expected numbers'],
])('what can’t be read is said in a sentence: %j', (texts, message) => {
  expect(() => bringArgs(texts)).toThrow(message);
});

test('models are told from data by their names', () => {
  expect(areModels([{ name: 'Encoder.ONNX' }, { name: 'space.json' }])).toBe(true);
  expect(areModels([{ name: 'faces.npy' }])).toBe(false);
});
