import { InputError } from '@portolan/core';
import type { AddSpaceArgs } from '@portolan/core';
import { spaceFacts } from '../describe.ts';
import { facts } from '../format.ts';
import { number } from '../method-options.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';
import { sources } from './data.ts';

const LAYOUTS = ['channelsFirst', 'channelsLast'] as const;
/** The flags that answer what could not be inferred, by `details.ask`. */
const ANSWERS: Readonly<Record<string, string>> = {
  range: '--range LOW,HIGH, or --mean and --deviation',
  layout: '--layout channelsFirst or --layout channelsLast',
  latent: '--latent N,N,…',
  inputs: '--inputs NAME=X,X,…',
  roles: '--encoder FILE or --decoder FILE',
  data: '--data DATA',
  label: '--label COLUMN, or --inputs NAME=X',
};

export const spaceAdd: Verb = {
  name: 'space add',
  summary: 'Add a space from elsewhere: an encoder, a decoder or both, as .onnx',
  positionals: [
    {
      name: 'FILE',
      many: true,
      summary: 'an .onnx each for encoder and decoder, or the folder of a space that was exported',
    },
  ],
  flags: [
    { name: 'data', value: 'DATA', summary: 'the data whose rows it encodes; a decoder alone needs none' },
    { name: 'name', value: 'NAME', summary: 'the space’s id', default: 'DATA and the file’s name' },
    { name: 'encoder', value: 'FILE', summary: 'which file is the encoder, where names do not tell' },
    { name: 'decoder', value: 'FILE', summary: 'which file is the decoder' },
    { name: 'range', value: 'LOW,HIGH', summary: 'what the model takes for pixels of 0 and 1', default: 'inferred' },
    {
      name: 'mean',
      value: 'X,X,…',
      summary: 'or what it subtracts, one number or one for each channel',
      default: 'inferred',
    },
    { name: 'deviation', value: 'X,X,…', summary: 'and then divides by', default: 'inferred' },
    { name: 'layout', value: LAYOUTS.join('|'), summary: 'how it takes pictures', default: 'inferred' },
    { name: 'latent', value: 'N,N,…', summary: 'the shape of a code, where the decoder leaves it open' },
    { name: 'codes-output', value: 'NAME', summary: 'which output of the encoder is the code', default: 'the mean' },
    { name: 'rows-output', value: 'NAME', summary: 'which output of the decoder is the row', default: 'inferred' },
    {
      name: 'inputs',
      value: 'NAME=X,X;…',
      summary: 'what other inputs are fed: one number, or a row of them',
      default: 'inferred',
    },
    { name: 'label', value: 'COLUMN', summary: 'whose classes a model is given beside each row', default: 'the label' },
    { name: 'class-input', value: 'NAME', summary: 'which input takes them', default: 'inferred' },
  ],
  json: 'space (its id), method, data, latentDim, nFeatures, medium, encodes, decodes, samples, options, metrics (mse), seconds, warnings, runtime, created',
  examples: [
    'space add encoder.onnx decoder.onnx --data digits',
    'space add resnet.onnx --data faces --mean 0.485,0.456,0.406 --deviation 0.229,0.224,0.225',
    'space add generator.onnx --name dreams',
  ],
  async run(context) {
    const { args, project, job } = context;
    const given: AddSpaceArgs = {
      files: (await Promise.all(args.positionals.map(sources))).flat(),
      data: textFlag(context, 'data'),
      name: textFlag(context, 'name'),
      encoder: textFlag(context, 'encoder'),
      decoder: textFlag(context, 'decoder'),
      range: range(context),
      mean: numbers(context, 'mean'),
      deviation: numbers(context, 'deviation'),
      layout: layout(context),
      latent: numbers(context, 'latent', { min: 1, integer: true }),
      codesOutput: textFlag(context, 'codes-output'),
      rowsOutput: textFlag(context, 'rows-output'),
      inputs: inputs(context),
      label: textFlag(context, 'label'),
      classInput: textFlag(context, 'class-input'),
    };
    const info = await project.addSpace(given, job).catch((error: unknown) => {
      throw withAnswer(error);
    });
    const { id, kind: _, history: __, ...rest } = info;
    return { json: { space: id, ...rest }, text: facts([['space', id], ...spaceFacts(info)]) };
  },
};

function numbers(
  context: Context,
  flag: string,
  bounds: { min?: number; integer?: boolean } = {},
): number[] | undefined {
  return textFlag(context, flag)
    ?.split(',')
    .map((part) => number(`--${flag}`, part.trim(), bounds));
}

function range(context: Context): [number, number] | undefined {
  const given = numbers(context, 'range');
  if (given === undefined || given.length === 2) return given as [number, number] | undefined;
  throw new UsageError(`--range is ${JSON.stringify(textFlag(context, 'range'))}, expected two numbers, as -1,1`);
}

function layout(context: Context): AddSpaceArgs['layout'] {
  const given = textFlag(context, 'layout') as AddSpaceArgs['layout'];
  if (given === undefined || LAYOUTS.includes(given)) return given;
  throw new UsageError(`--layout is ${JSON.stringify(given)}, expected ${LAYOUTS.join(' or ')}`);
}

/** `domain=0;style=1,2` */
function inputs(context: Context): AddSpaceArgs['inputs'] {
  const given = textFlag(context, 'inputs');
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.split(';').map((entry) => {
      const at = entry.indexOf('=');
      if (at < 1) throw new UsageError(`--inputs is ${JSON.stringify(given)}, expected NAME=X,X and ; between several`);
      return [
        entry.slice(0, at).trim(),
        entry
          .slice(at + 1)
          .split(',')
          .map((part) => number('--inputs', part.trim())),
      ];
    }),
  );
}

/** What was asked for, by the flag that says it. */
function withAnswer(error: unknown): unknown {
  if (!(error instanceof InputError) || error.code !== 'tell') return error;
  const answer = ANSWERS[String(error.details.ask)];
  if (answer === undefined) return error;
  return new InputError(`${error.message} (${answer})`, { code: error.code, details: error.details, cause: error });
}
