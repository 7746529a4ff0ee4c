import { describe, expect, it } from 'vitest';
import { FormatError, InputError, isAbort, jobControl, random } from '../base/index.ts';
import type { Progress } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { compile, gradients, input } from '../graph/index.ts';
import { declaringScope } from '../nn/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import type { LearnDetail } from './latent-space.ts';
import { loadSpace } from './load-space.ts';
import { maskedTokenLoss } from './transformer-network.ts';
import { attentionOf } from './transformer-space.ts';
import { transformer } from './transformer.ts';
import { vectorsSpace } from './vectors-space.ts';

const runtime = nodeRuntime();
const texts = (values: string[]): Dataset => ({
  name: 'texts',
  rows: { data: new Float32Array(0), nSamples: values.length, nFeatures: 0, scale: 1 },
  columns: [{ name: 'text', type: 'text', values }],
  medium: { kind: 'text' },
  warnings: [],
});

/** Sentences whose last word follows from the first: a dog barks, a cat mews. */
function sentences(n: number): string[] {
  const rng = random(3);
  const pairs = ['dog barks', 'cat mews', 'bird sings', 'lion roars'].map((pair) => pair.split(' '));
  const middles = 'old young small big black white'.split(' ');
  return Array.from({ length: n }, (_, i) => {
    const [animal, sound] = pairs[i % 4];
    return `the ${animal} that is ${middles[rng.below(6)]} ${sound}`;
  });
}
const corpus = texts(sentences(240));
const quick = { latentDim: 16, layers: 2, heads: 2, epochs: 2, batchSize: 24, batchesPerCall: 1, seed: 1 };
const cosine = (z: Float32Array, i: number, j: number, d: number): number => {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < d; k++) {
    ab += z[i * d + k] * z[j * d + k];
    aa += z[i * d + k] ** 2;
    bb += z[j * d + k] ** 2;
  }
  return ab / Math.sqrt(aa * bb);
};

describe('transformer', () => {
  it('learns from texts of which no letter comes twice', async () => {
    const { space, codes } = await transformer.fit(
      texts(['ab', 'cd', 'ef gh', 'ij']),
      { ...quick, epochs: 30 },
      runtime,
    );
    expect(codes!.data.every(Number.isFinite)).toBe(true);
    expect(codes!.data).toEqual((await space.encodeTexts!(['ab', 'cd', 'ef gh', 'ij'])).data);
    await space.dispose();
  });

  it('learns which words go together', async () => {
    const options = { ...quick, epochs: 60, learningRate: 3e-3, maskShare: 0.2 };
    const { space, history, metrics } = await transformer.fit(corpus, options, runtime);
    // of six words a text, one is hidden: the six middles can't be told (log 6), the rest can: log 6 / 6 = 0.3
    expect(history[0].train.loss).toBeGreaterThan(2);
    expect(history.at(-1)!.train.loss).toBeLessThan(0.75);
    expect(metrics.train.words).toBe(17);
    expect(space).toMatchObject({ latentDim: 16, medium: { kind: 'text' }, method: 'transformer' });
    expect(space.encode).toBeUndefined();
    const asked = ['the dog that is old barks', 'the dog that is young barks', 'the cat that is old mews'];
    const z = (await space.encodeTexts!(asked)).data;
    expect(cosine(z, 0, 1, 16)).toBeGreaterThan(cosine(z, 0, 2, 16));
    expect(space.prior!.sample(2, 0).cols).toBe(16);
    await space.dispose();
  });

  it('is the same for the same seed, whatever is encoded beside, and after it was saved and loaded', async () => {
    const [a, b] = [await transformer.fit(corpus, quick, runtime), await transformer.fit(corpus, quick, runtime)];
    expect(a.history).toEqual(b.history);
    const asked = ['the dog', 'a white cat sings, and that is all that there is to say of it', '', 'zzz'];
    const z = await a.space.encodeTexts!(asked);
    expect(z.data.every(Number.isFinite)).toBe(true);
    expect((await b.space.encodeTexts!(asked)).data).toEqual(z.data);
    const alone = await a.space.encodeTexts!(['the dog']);
    alone.data.forEach((value, j) => expect(value).toBeCloseTo(z.data[j], 5));
    const loaded = await loadSpace(a.space.toFiles(), runtime);
    expect((await loaded.encodeTexts!(asked)).data).toEqual(z.data);
    expect(loaded.toFiles()).toEqual(a.space.toFiles());
  });

  it('tells what attends to what', async () => {
    const { space } = await transformer.fit(corpus, quick, runtime);
    const { tokens, words, layers, heads, weights } = await attentionOf(space, 'The dog, thats');
    expect([tokens.slice(0, 2), layers, heads]).toEqual([['the', 'dog'], 2, 2]);
    // what was never met is in pieces, of which none is lost
    expect(tokens.slice(2).join('')).toBe('thats');
    const n = tokens.length;
    expect(n).toBeGreaterThan(3);
    expect([...words]).toEqual([0, 1, ...Array.from({ length: n - 2 }, () => 2)]);
    expect(weights.length).toBe(2 * 2 * n * n);
    for (let i = 0; i < weights.length; i += n) {
      expect(weights.subarray(i, i + n).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
    expect((await attentionOf(space, 'dog 日')).tokens).toEqual(['dog', '<0x20>', '<0xE6>', '<0x97>', '<0xA5>']);
    const plain = vectorsSpace({ method: 'vectors', latentDim: 2 });
    expect(() => attentionOf(plain, 'x')).toThrow(InputError);
  });

  it('tells words apart that it never met, by their pieces', async () => {
    const { space, metrics } = await transformer.fit(corpus, { ...quick, vocabularySize: 40 }, runtime);
    expect(metrics.train).toMatchObject({ words: 17, tokens: 40 });
    const z = (await space.encodeTexts!(['dogs', 'birdcat', 'zzz', '🦜'])).data;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < i; j++) {
        expect(z.slice(16 * i, 16 * i + 16)).not.toEqual(z.slice(16 * j, 16 * j + 16));
      }
    }
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect((await loaded.encodeTexts!(['dogs', 'birdcat', 'zzz', '🦜'])).data).toEqual(z);
    expect(await attentionOf(loaded, 'the dogs')).toEqual(await attentionOf(space, 'the dogs'));
  });

  it('gives any layer as the space', async () => {
    const codes = await Promise.all(
      [0, 2, -1].map(async (layer) => {
        const { space } = await transformer.fit(corpus, { ...quick, layer }, runtime);
        return space.encodeTexts!(['the dog that barks', 'that dog the barks']);
      }),
    );
    expect(codes[2].data).toEqual(codes[1].data);
    expect(codes[0].data).not.toEqual(codes[1].data);
  });

  it('gives another layer of what was learned without learning anew', async () => {
    const learned = await transformer.fit(corpus, quick, runtime);
    const asked = ['the dog that barks', 'that dog the barks'];
    const job = { files: (id: string) => Promise.resolve(id === 'learned' ? learned.space.toFiles() : {}) };
    for (const layer of [1, -1]) {
      const same = await transformer.fit(corpus, { ...quick, layer }, runtime);
      const taken = await transformer.fit(corpus, { from: 'learned', layer }, runtime, job);
      const z = await taken.space.encodeTexts!(asked);
      expect(z.data).toEqual((await same.space.encodeTexts!(asked)).data);
      const loaded = await loadSpace(taken.space.toFiles(), runtime);
      expect((await loaded.encodeTexts!(asked)).data).toEqual(z.data);
      expect(taken.space.prior!.sample(2, 0).data).toEqual(same.space.prior!.sample(2, 0).data);
    }
    const beyond = transformer.fit(corpus, { from: 'learned', layer: 3 }, runtime, job);
    await expect(beyond).rejects.toThrow('layer 3 is beyond the 2 that learned has');
    await expect(transformer.fit(corpus, { from: 'learned' }, runtime)).rejects.toThrow('no project is at hand');
    const plain = vectorsSpace({ method: 'vectors', latentDim: 2 }).toFiles();
    const other = transformer.fit(corpus, { from: 'x' }, runtime, { files: () => Promise.resolve(plain) });
    await expect(other).rejects.toThrow('x was learned by vectors, not by a transformer');
  });

  it('can be cancelled, stopped with what it has, and gone on with', async () => {
    const controller = new AbortController();
    const job = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(transformer.fit(corpus, quick, runtime, job)).rejects.toSatisfy(isAbort);
    const whole = await transformer.fit(corpus, { ...quick, epochs: 3 }, runtime);
    const control = jobControl();
    let checkpoint: Uint8Array | undefined;
    const onProgress = ({ phase, done }: Progress<LearnDetail>): void =>
      void (phase === 'learning' && done > 15 && control.stop());
    const half = { control, onProgress, onCheckpoint: (bytes: Uint8Array) => void (checkpoint = bytes) };
    expect((await transformer.fit(corpus, { ...quick, epochs: 3 }, runtime, half)).stopped).toBe(true);
    const resumed = await transformer.fit(corpus, { ...quick, epochs: 3 }, runtime, { checkpoint });
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.space.toFiles()).toEqual(whole.space.toFiles());
  });

  it.each([
    [{ heads: 3 }, 'transformer: latentDim 16 is not a multiple of heads 3'],
    [{ layer: 3 }, 'transformer: layer 3 is beyond the 2 there are; -1 is the last'],
    [{ column: 'body' }, 'texts has no column body'],
    [{ layers: 0 }, /layers is 0, expected/],
  ])('refuses %o', async (options, message) => {
    await expect(transformer.fit(corpus, { ...quick, ...options }, runtime)).rejects.toThrow(message);
  });

  it('refuses texts of nothing, of one word, and one text alone', async () => {
    const fit = (values: string[]) => transformer.fit(texts(values), quick, runtime);
    await expect(fit(['', '!'])).rejects.toThrow('there is no word in its 2 texts');
    await expect(fit(['a', 'a a'])).rejects.toThrow('only one word ("a")');
    await expect(fit(['a b', ''])).rejects.toThrow('texts has one text with words in it');
  });

  it('says when texts are empty or too long', async () => {
    const { warnings } = await transformer.fit(
      texts(['a b c d', 'd c b a', '']),
      { ...quick, epochs: 1, maxLength: 3 },
      runtime,
    );
    expect(warnings[0]).toBe('1 of 3 texts have no words in them; nothing is learned from these');
    expect(warnings[1]).toBe('2 of 3 texts are longer than 3 tokens; what is beyond is not looked at');
  });

  it('refuses files that do not belong together', async () => {
    const { space } = await transformer.fit(texts(['a b c', 'c b a']), { ...quick, epochs: 1 }, runtime);
    const files = space.toFiles();
    const { 'pieces.txt': _, ...less } = files;
    await expect(async () => loadSpace(less, runtime)).rejects.toThrow('needs a pieces.txt');
    const other = new TextDecoder().decode(files['space.json']).replace('"length": 3', '"length": 4');
    const wrong = { ...files, 'space.json': new TextEncoder().encode(other) };
    await expect(loadSpace(wrong, runtime)).rejects.toThrow(FormatError);
  });
});

describe('the masked-token loss', () => {
  const shape = { nTokens: 7, length: 4, width: 4, heads: 2, layers: 1 };
  const feeds: Record<string, number[][]> = {
    tokens: [[3, 1, 5, 0], [4, 1, 1, 6]], // prettier-ignore
    places: [[1, 0], [5, 6]], // prettier-ignore
    answers: [[4, 3], [5, 3]], // prettier-ignore
    weights: [[1, 0], [1, 1]], // prettier-ignore
  };
  const given = (name: string) => ({
    dtype: 'float32' as const,
    shape: [2, feeds[name][0].length],
    data: Float32Array.from(feeds[name].flat()),
  });

  it('has the gradients that finite differences have', async () => {
    const { scope, parameters, tensors } = declaringScope(random(2));
    const batch = Object.fromEntries(Object.keys(feeds).map((name) => [name, input(name, [2, feeds[name][0].length])]));
    const { loss } = maskedTokenLoss(scope, batch, shape);
    const wanted = parameters.map(({ name }) => tensors.get(name)!);
    const found = gradients(loss, wanted);
    const outputs = Object.fromEntries(found.map((g, i) => [`g${i}`, g]));
    const executable = await compile(runtime, { loss, ...outputs });
    // wider than they begin, so that differences are more than rounding
    const rng = random(5);
    const values = parameters.map(({ value }) => value.map((x) => x + 0.3 * rng.normal()));
    const run = () =>
      executable.run({
        ...Object.fromEntries(Object.keys(feeds).map((name) => [name, given(name)])),
        ...Object.fromEntries(
          parameters.map(({ name, shape: own }, i) => [
            name,
            { dtype: 'float32' as const, shape: own, data: values[i] },
          ]),
        ),
      });
    const exact = await run();
    expect((exact.loss.data as Float32Array)[0]).toBeGreaterThan(0.5);
    for (let i = 0; i < parameters.length; i++) {
      const at = rng.below(values[i].length);
      const [kept, step] = [values[i][at], 1e-2];
      const sides: number[] = [];
      for (const side of [1, -1]) {
        values[i][at] = kept + side * step;
        sides.push(((await run()).loss.data as Float32Array)[0]);
      }
      values[i][at] = kept;
      const slope = (sides[0] - sides[1]) / (2 * step);
      expect((exact[`g${i}`].data as Float32Array)[at], parameters[i].name).toBeCloseTo(slope, 2);
    }
  });
});
