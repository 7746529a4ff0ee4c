/**
 * Models of the Hugging Face hub, or of a local folder laid out like one (config.json, tokenizer.json or
 * preprocessor_config.json, onnx/model.onnx), by @huggingface/transformers (Apache-2.0). Texts: the mean over tokens, at
 * length 1. Pictures: the pooled output, else the mean over patches. CLIP and its like (onnx/text_model.onnx and
 * onnx/vision_model.onnx) encode both, into one space, at length 1.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FormatError, isAbort, matrix, unitRows } from '@portolan/core';
import type { Matrix, PretrainedEncoder } from '@portolan/core';
import { importOptional } from './optional.ts';

/** The library, as far as it is used here. */
interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
  normalize(): Tensor;
}
type Load<T> = { from_pretrained(name: string, options?: object): Promise<T> };
type Model = ((inputs: object) => Promise<Record<string, Tensor | undefined>>) & { dispose(): Promise<unknown> };
interface Transformers {
  env: { allowLocalModels: boolean; allowRemoteModels: boolean; localModelPath: string };
  AutoConfig: Load<{ model_type?: string; image_size?: unknown; num_channels?: unknown }>;
  AutoTokenizer: Load<(texts: string[], options: object) => Promise<object> | object>;
  AutoProcessor: Load<(images: unknown[]) => Promise<object>>;
  AutoModel: Load<Model>;
  CLIPTextModelWithProjection: Load<Model>;
  CLIPVisionModelWithProjection: Load<Model>;
  SiglipTextModel: Load<Model>;
  SiglipVisionModel: Load<Model>;
  RawImage: new (data: Uint8ClampedArray, width: number, height: number, channels: number) => unknown;
  mean_pooling(hidden: Tensor, mask: unknown): Tensor;
}

const BATCH = 16;
const OPTIONS = { dtype: 'fp32' };

/** @param name  `Xenova/all-MiniLM-L6-v2`, or a folder */
export async function openHuggingFace(name: string): Promise<PretrainedEncoder> {
  const needs = { model: `hf:${name}`, install: '@huggingface/transformers' };
  const hf = await importOptional<Transformers>('@huggingface/transformers', needs);
  const local = existsSync(join(name, 'config.json'));
  const folder = resolve(name);
  Object.assign(hf.env, { allowLocalModels: local, allowRemoteModels: !local });
  if (local) hf.env.localModelPath = `${dirname(folder)}/`;
  const id = local ? basename(folder) : name;
  try {
    return { ...(await open(hf, id)), model: `hf:${local ? folder : name}` };
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ').slice(0, 200) : String(cause);
    const way = local
      ? 'a folder needs config.json, tokenizer.json or preprocessor_config.json, and onnx/model.onnx, of a pair ' +
        'onnx/text_model.onnx and onnx/vision_model.onnx'
      : 'there is no such folder, and from the hub it needs a connection and a model with onnx files';
    throw new FormatError(`hf:${name} could not be loaded: ${why}; ${way}`, {
      code: 'model',
      details: { name },
      cause,
    });
  }
}

async function open(hf: Transformers, id: string): Promise<PretrainedEncoder> {
  const config = await hf.AutoConfig.from_pretrained(id);
  const kind = config.model_type ?? '';
  if (kind.includes('siglip')) return pair(hf, id, hf.SiglipTextModel, hf.SiglipVisionModel);
  if (kind.includes('clip')) return pair(hf, id, hf.CLIPTextModelWithProjection, hf.CLIPVisionModelWithProjection);
  const model = await hf.AutoModel.from_pretrained(id, OPTIONS);
  const seesPictures = config.image_size !== undefined || config.num_channels !== undefined;
  return sized({
    ...(seesPictures ? { images: await imagesBy(hf, id, model) } : { texts: await textsBy(hf, id, model) }),
    dispose: async () => void (await model.dispose()),
  });
}

/** Two encoders into one space: both at length 1, so that near means alike whichever encoder a code is of. */
async function pair(hf: Transformers, id: string, Text: Load<Model>, Vision: Load<Model>): Promise<PretrainedEncoder> {
  const [text, vision] = [await Text.from_pretrained(id, OPTIONS), await Vision.from_pretrained(id, OPTIONS)];
  return sized({
    texts: await textsBy(hf, id, text),
    images: atLengthOne(await imagesBy(hf, id, vision)),
    async dispose() {
      await text.dispose();
      await vision.dispose();
    },
  });
}

/** The encoder with its size, which a first code tells. */
async function sized(encoder: Omit<PretrainedEncoder, 'latentDim'>): Promise<PretrainedEncoder> {
  const probe = encoder.texts
    ? await encoder.texts(['.'])
    : await encoder.images!(matrix(1, 4 * 4 * 3), { height: 4, width: 4, channels: 3 });
  return { ...encoder, latentDim: probe.cols };
}

async function textsBy(hf: Transformers, id: string, model: Model): Promise<NonNullable<PretrainedEncoder['texts']>> {
  const tokenize = await hf.AutoTokenizer.from_pretrained(id);
  return (texts) =>
    inBatches(texts.length, async (from, to) => {
      const tokens = (await tokenize(
        texts.slice(from, to).map((text) => text || '.'),
        {
          padding: true,
          truncation: true,
        },
      )) as { attention_mask: unknown };
      const given = await model(tokens);
      const projected = given.text_embeds ?? given.sentence_embedding;
      return (projected ?? hf.mean_pooling(firstOf(given), tokens.attention_mask)).normalize();
    });
}

async function imagesBy(hf: Transformers, id: string, model: Model): Promise<Images> {
  const process = await hf.AutoProcessor.from_pretrained(id);
  return (x, { height, width, channels }) =>
    inBatches(x.rows, async (from, to) => {
      const pictures = Array.from({ length: to - from }, (_, i) => {
        const pixels = x.data.subarray((from + i) * x.cols, (from + i + 1) * x.cols);
        return new hf.RawImage(colours(pixels, channels), width, height, 3);
      });
      const given = await model(await process(pictures));
      return given.image_embeds ?? given.pooler_output ?? overPatches(firstOf(given));
    });
}

type Images = NonNullable<PretrainedEncoder['images']>;

function atLengthOne(images: Images): Images {
  return async (x, size) => {
    const z = await images(x, size);
    unitRows(z);
    return z;
  };
}

async function inBatches(n: number, batch: (from: number, to: number) => Promise<Tensor>): Promise<Matrix> {
  const parts: Tensor[] = [];
  for (let from = 0; from < n; from += BATCH) parts.push(await batch(from, Math.min(n, from + BATCH)));
  const cols = parts[0]?.dims.at(-1) ?? 0;
  const out = matrix(n, cols);
  parts.forEach((part, i) => out.data.set(part.data, i * BATCH * cols));
  return out;
}

/** Bytes of red, green and blue; grey is all three. */
function colours(pixels: Float32Array, channels: number): Uint8ClampedArray {
  const repeats = 3 / channels;
  return Uint8ClampedArray.from({ length: pixels.length * repeats }, (_, i) => pixels[Math.floor(i / repeats)] * 255);
}

const firstOf = (given: Record<string, Tensor | undefined>): Tensor =>
  given.last_hidden_state ?? (Object.values(given)[0] as Tensor);

/** [n, patches, d] → [n, d] */
function overPatches({ dims, data }: Tensor): Tensor {
  if (dims.length !== 3) return { dims: [dims[0], data.length / dims[0]], data } as unknown as Tensor;
  const [n, patches, d] = dims;
  const mean = new Float32Array(n * d);
  for (let i = 0; i < data.length; i++) mean[Math.floor(i / (patches * d)) * d + (i % d)] += data[i] / patches;
  return { dims: [n, d], data: mean } as unknown as Tensor;
}
