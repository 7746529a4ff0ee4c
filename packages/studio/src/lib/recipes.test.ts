import { expect, test } from 'vitest';
import type { DataInfo, MethodInfo } from '@portolan/core/workbench';
import { recipesFor } from './recipes.ts';

const method = (name: string): MethodInfo => ({
  name,
  title: `The ${name}`,
  summary: 'A sentence.',
  options: [{ name: 'latentDim', type: 'integer', default: 2, summary: '' }],
});
const data = { nSamples: 100, nFeatures: 3, medium: { kind: 'vector' } } as DataInfo;

test('only methods that are there, only recipes that fit, and every other method by its own name', () => {
  const recipes = recipesFor(data, [method('autoencoder'), method('pca'), method('somethingNew')]);
  expect(recipes.map((r) => r.id)).toEqual(['chart', 'linear', 'somethingNew']);
  expect(recipes[2].title).toBe('The somethingNew');
});

test('never as many latent dimensions as features', () => {
  const latentDims = recipesFor({ ...data, nFeatures: 2 }, [method('autoencoder'), method('pca')]).map(
    (r) => r.options.latentDim,
  );
  expect(latentDims).toEqual([1, 1]);
  const ids = recipesFor({ ...data, nFeatures: 784 }, [method('autoencoder')]).map((r) => [r.id, r.options.latentDim]);
  expect(ids).toEqual([
    ['chart', 2],
    ['faithful', 16],
  ]);
});

test('little data is gone over more often, and one feature needs no network', () => {
  const withEpochs = (name: string): MethodInfo => ({
    ...method(name),
    options: [...method(name).options, { name: 'epochs', type: 'integer', default: 10, summary: '' }],
  });
  const epochs = (nSamples: number) => recipesFor({ ...data, nSamples }, [withEpochs('vae')])[0].options.epochs;
  expect([80, 600, 10_000, 1_000_000].map(epochs)).toEqual([400, 140, 10, 10]);
  const ids = recipesFor({ ...data, nFeatures: 1 }, [method('autoencoder'), method('vae'), method('pca')]);
  expect(ids.map((r) => r.id)).toEqual(['linear']);
});
