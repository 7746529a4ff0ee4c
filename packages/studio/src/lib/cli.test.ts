import { expect, test } from 'vitest';
import type { OptionSpec } from '@portolan/core/base';
import { addDataCommand, learnCommand, placeCommand, quote, recommendCommand } from './cli.ts';

const specs: OptionSpec[] = [
  { name: 'latentDim', type: 'integer', default: 2, summary: '' },
  { name: 'layers', type: 'integers', default: [512, 128, 64], summary: '' },
  { name: 'denoise', type: 'boolean', default: false, summary: '' },
  { name: 'epochs', type: 'integer', default: 10, summary: '' },
];

test('only what differs from the default is said', () => {
  const options = { latentDim: 8, layers: [512, 128, 64], denoise: true, epochs: 10 };
  expect(learnCommand({ data: 'my digits', method: 'vae', options, specs })).toBe(
    "portolan learn 'my digits' --method vae --latent-dim 8 --denoise",
  );
  expect(learnCommand({ data: 'digits', method: 'vae', options: { layers: [32, 16] }, specs })).toBe(
    'portolan learn digits --method vae --layers 32,16',
  );
});

test('words are quoted for a shell when they must be', () => {
  expect(["it's", '-x', 'a b', 'faces.npy'].map(quote)).toEqual(["'it'\\''s'", "'-x'", "'a b'", 'faces.npy']);
  expect(addDataCommand({ files: ['faces.npy'], labels: 'people.csv', image: '64x64' })).toBe(
    'portolan data add faces.npy --labels people.csv --image 64x64',
  );
  expect(addDataCommand({ files: ['folder'], name: 'my pets' })).toBe("portolan data add folder --name 'my pets'");
});

test('rows are put on a map by their file or data set', () => {
  expect(placeCommand({ map: 'digits-umap', rows: 'my rows.npy' })).toBe(
    "portolan place digits-umap 'my rows.npy' --out places.csv",
  );
});

test('choices are written with their ratings', () => {
  const choices = [
    { name: 'The Matrix', rating: 4.5 },
    { name: 'Alien', rating: 3 },
  ];
  expect(recommendCommand({ space: 'films-als', choices })).toBe(
    "portolan recommend films-als 'The Matrix=4.5' Alien=3",
  );
});
