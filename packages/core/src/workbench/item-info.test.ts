import { describe, expect, it } from 'vitest';
import { parseInfo } from './item-info.ts';
import { jsonBytes } from './project.ts';
import type { Kind } from './workbench.ts';

const medium = { kind: 'vector' };
const image = { kind: 'image', height: 4, width: 5, channels: 3 };
const common = { created: '', warnings: [], seconds: 1, options: {}, data: 'x', method: 'pca' };
const WHOLE: Record<Kind, object> = {
  data: { ...common, kind: 'data', nSamples: 3, nFeatures: 60, medium: image, columns: [], bytes: 9 },
  space: {
    ...common,
    kind: 'space',
    latentDim: 2,
    nFeatures: 4,
    medium,
    encodes: true,
    decodes: true,
    samples: true,
    metrics: { mse: 0.1, train: { mse: null } },
    history: [{ epoch: 1, train: { loss: 1 } }],
    samplesPerSecond: null, // as JSON has Infinity
    stopped: false,
    runtime: 'r',
  },
  map: {
    ...common,
    kind: 'map',
    nComponents: 2,
    stopped: false,
    quality: { trustworthiness: 1, continuity: 1, neighborRecall: 1, nNeighbors: 15, sampleSize: 60 },
  },
};

describe('parseInfo', () => {
  it.each(['data', 'space', 'map'] as const)('takes a whole %s, and no other kind', (kind) => {
    expect(parseInfo(jsonBytes(WHOLE[kind]), kind, 'x')).toEqual(WHOLE[kind]);
    const other = kind === 'map' ? 'data' : 'map';
    expect(() => parseInfo(jsonBytes(WHOLE[kind]), other, 'a/b')).toThrow(`a/b does not describe a ${other}`);
  });

  it('fills in what the first maps did not say', () => {
    const { stopped: _, warnings: __, ...old } = WHOLE.map as Record<string, unknown>;
    expect(parseInfo(jsonBytes(old), 'map', 'x')).toEqual({ ...old, stopped: false, warnings: [] });
    for (const [field, wrong] of Object.entries({
      stopped: 1,
      warnings: 'x',
      iterations: -1,
      figures: [],
      keepNeighbors: 'x',
    })) {
      expect(() => parseInfo(jsonBytes({ ...old, [field]: wrong }), 'map', 'a/b')).toThrow(
        `a field ${field} that is not`,
      );
    }
  });

  it.each<[Kind, string]>([
    ['data', 'created nSamples nFeatures medium columns warnings bytes'],
    ['space', 'created data method latentDim nFeatures medium options metrics history seconds samplesPerSecond'],
    ['space', 'encodes decodes samples stopped warnings runtime'],
    ['map', 'created data method options nComponents quality seconds'],
  ])('names what a %s lacks or has wrong: %s', (kind, names) => {
    for (const field of names.split(' ')) {
      const { [field]: _, ...rest } = WHOLE[kind] as Record<string, unknown>;
      expect(() => parseInfo(jsonBytes(rest), kind, 'a/b')).toThrow(`a/b has no ${field};`);
      const wrong = { ...rest, [field]: [[7]] };
      expect(() => parseInfo(jsonBytes(wrong), kind, 'a/b')).toThrow(`a/b has a field ${field} that is not`);
    }
  });

  it.each(['null', '[]', '7', '"x"', '{}', ''])('refuses %j', (text) => {
    expect(() => parseInfo(new TextEncoder().encode(text), 'map', 'a/b')).toThrow(/^a\/b /);
  });
});
