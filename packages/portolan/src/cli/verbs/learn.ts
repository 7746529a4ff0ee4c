import type { ByteSource, LearnJob } from '@portolan/core';
import { spaceFacts } from '../describe.ts';
import { facts } from '../format.ts';
import { methodNamed, methodOptions, number } from '../method-options.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';
import { sourceOf } from './data.ts';

export const learn: Verb = {
  name: 'learn',
  summary: 'Learn a latent space from a data set',
  positionals: [
    { name: 'DATA', summary: 'a data set’s id; digits is always there; or a text file to stream, for word2vec' },
  ],
  flags: [
    { name: 'method', value: 'METHOD', summary: 'how to learn', default: 'autoencoder' },
    { name: 'name', value: 'NAME', summary: 'the space’s id', default: 'DATA-METHOD' },
    {
      name: 'checkpoints',
      value: 'N',
      summary: 'keep so many states on the way as spaces of their own, to see how it came about',
      default: '0',
    },
  ],
  methods: 'spaces',
  json: 'space (its id), method, seconds, cpuSeconds, samplesPerSecond, metrics (mse, train, validation), data, latentDim, nFeatures, options, epochs, stopped, warnings, runtime, created',
  examples: [
    'learn digits --method autoencoder --latent-dim 2 --epochs 10 --seed 0 --json',
    'learn faces --method vae --latent-dim 16 --beta 2',
    'learn corpus.txt --method word2vec',
  ],
  async run(context) {
    const { args, project, job } = context;
    const { spaces } = await project.methods();
    const method = methodNamed(spaces, textFlag(context, 'method') ?? 'autoencoder');
    const options = methodOptions(method, spaces, args);
    const wanted = textFlag(context, 'checkpoints');
    const checkpoints =
      wanted === undefined ? undefined : number('--checkpoints', wanted, { min: 0, max: 100, integer: true });
    const [data] = args.positionals;
    const texts = await streamed(context, data);
    const info = await project.learn(
      { data, texts, method: method.name, options, name: textFlag(context, 'name'), checkpoints },
      { ...(job as LearnJob), previews: false },
    );
    const { id, kind: _, history, ...rest } = info;
    return { json: { space: id, ...rest, epochs: history.length }, text: facts([['space', id], ...spaceFacts(info)]) };
  },
};

/** The file that is named in place of a data set: what has a folder or an ending, and is no data set. */
async function streamed({ project }: Context, data: string): Promise<ByteSource | undefined> {
  if (!/[./\\]/.test(data) || (await project.list({ kind: 'data' })).some(({ id }) => id === data)) return undefined;
  return sourceOf(data);
}
