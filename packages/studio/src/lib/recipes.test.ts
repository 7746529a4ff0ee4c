import { expect, test } from 'vitest';
import type { DataInfo, MethodInfo } from '@portolan/core/workbench';
import { methodGroups, plainRecipe, recipesFor, takesOf } from './recipes.ts';

const method = (name: string): MethodInfo => ({
  name,
  title: `The ${name}`,
  summary: 'A sentence.',
  options: [{ name: 'latentDim', type: 'integer', default: 2, summary: '' }],
});
const data = { nSamples: 100, nFeatures: 3, medium: { kind: 'vector' } } as DataInfo;

test('only recipes that fit and whose method is there', () => {
  const recipes = recipesFor(data, [method('autoencoder'), method('pca'), method('somethingNew')]);
  expect(recipes.map((r) => r.id)).toEqual(['chart', 'linear']);
});

test('every method that can learn from the data, by family', () => {
  const of = (name: string, more: Partial<MethodInfo>): MethodInfo => ({ ...method(name), takes: 'rows', ...more });
  const all = [
    of('vae', { family: 'variational' }),
    of('pca', { family: 'linear' }),
    of('lda', { family: 'linear', labels: 'needed' }),
    of('word2vec', { family: 'text', takes: 'texts' }),
    of('als', { family: 'ratings', takes: 'ratings' }),
    of('pretrained', {
      family: 'pretrained',
      takes: 'texts',
      alsoTakes: 'pictures',
      options: [{ name: 'model', type: 'text', default: '', summary: '' }],
    }),
  ];
  const names = (info: DataInfo) => methodGroups(info, all).map(({ methods }) => methods.map(({ name }) => name));
  expect(names({ ...data, columns: [] })).toEqual([['pca'], ['vae']]);
  expect(names({ ...data, columns: [{ name: 'class', type: 'category' }] })).toEqual([['pca', 'lda'], ['vae']]);
  const texts = { ...data, nFeatures: 0, columns: [{ name: 'text', type: 'text' as const }] };
  expect(names(texts)).toEqual([['word2vec'], ['pretrained']]);
  const pictures: DataInfo = { ...data, columns: [], medium: { kind: 'image', height: 1, width: 1, channels: 3 } };
  expect(names(pictures)).toEqual([['pca'], ['vae'], ['pretrained']]);
  expect(recipesFor(pictures, all).map((r) => [r.method, r.options.model])).toContainEqual(['pretrained', 'images']);
  expect(recipesFor(texts, all).map((r) => [r.method, r.options.model])).toContainEqual(['pretrained', 'sentences']);
  const ratings = { ...data, columns: [], featureNames: ['userId', 'movieId', 'rating'] };
  expect(names(ratings)).toEqual([['pca'], ['vae'], ['als']]);
  expect(recipesFor(ratings, all)[0].id).toBe('taste');
  expect(
    takesOf({
      ...texts,
      columns: [
        { name: 'child', type: 'category' },
        { name: 'parent', type: 'category' },
      ],
    }),
  ).toEqual(['links']);
  expect(plainRecipe(data, all[0])).toMatchObject({ method: 'vae', title: 'The vae', options: { latentDim: 2 } });
});

test('never as many latent dimensions as features', () => {
  const latentDims = recipesFor({ ...data, nFeatures: 2 }, [method('autoencoder'), method('pca')]).map(
    (r) => r.options.latentDim,
  );
  expect(latentDims).toEqual([1, 1]);
  const gan: MethodInfo = { ...method('gan'), family: 'adversarial' };
  expect(plainRecipe({ ...data, nFeatures: 2 }, gan).options.latentDim, 'a generator is no bottleneck').toBe(2);
  const ids = recipesFor({ ...data, nFeatures: 784 }, [method('autoencoder')]).map((r) => [r.id, r.options.latentDim]);
  expect(ids).toEqual([
    ['chart', 2],
    ['faithful', 16],
  ]);
});

test('little data is gone over more often, and one feature needs no network', () => {
  const withEpochs = (name: string): MethodInfo => ({
    ...method(name),
    options: [...method(name).options, { name: 'epochs', type: 'integer', default: 0, summary: '' }],
  });
  const epochs = (nSamples: number) => recipesFor({ ...data, nSamples }, [withEpochs('vae')])[0].options.epochs;
  expect([80, 600, 10_000, 1_000_000].map(epochs)).toEqual([400, 167, 10, 5]);
  const gan = { ...withEpochs('gan'), family: 'adversarial' as const };
  expect(plainRecipe(data, gan).options.epochs, 'counts its updates by itself').toBe(0);
  const ids = recipesFor({ ...data, nFeatures: 1 }, [method('autoencoder'), method('vae'), method('pca')]);
  expect(ids.map((r) => r.id)).toEqual(['linear']);
});
