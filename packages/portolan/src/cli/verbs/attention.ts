import { figure, table } from '../format.ts';
import { number } from '../method-options.ts';
import { textFlag } from '../verb.ts';
import type { Verb } from '../verb.ts';

/** Tokens shown beside each, those that it attends to most. */
const SHOWN = 4;

export const attention: Verb = {
  name: 'attention',
  summary: 'What of a text attends to what, in a space of a transformer',
  positionals: [
    { name: 'SPACE', summary: 'the id of a space that a transformer learned' },
    { name: 'TEXT', summary: 'the text, in quotation marks' },
  ],
  flags: [
    { name: 'layer', value: 'N', summary: 'the layer that is shown, from 1 on', default: 'the last' },
    { name: 'head', value: 'N', summary: 'one of its heads, from 1 on', default: 'the mean of all' },
  ],
  json: 'space, tokens, words (of each token which word of the text it is of), layers, heads, weights (a list of layers, heads and tokens: how much each attends to each)',
  examples: ['attention titles-transformer "the dog that is old barks"'],
  async run(context) {
    const { args, project } = context;
    const [space, text] = args.positionals;
    const { tokens, words, layers, heads, weights } = await project.attention({ space, text });
    const one = (flag: string, most: number): number | undefined => {
      const given = textFlag(context, flag);
      return given === undefined ? undefined : number(`--${flag}`, given, { min: 1, max: most, integer: true });
    };
    const layer = (one('layer', layers) ?? layers) - 1;
    const head = one('head', heads);
    const n = tokens.length;
    const row = (l: number, h: number, i: number): Float32Array =>
      weights.subarray(((l * heads + h) * n + i) * n, ((l * heads + h) * n + i + 1) * n);
    const chosen = head === undefined ? Array.from({ length: heads }, (_, h) => h) : [head - 1];
    const lines = tokens.map((token, i) => {
      const rows = chosen.map((h) => row(layer, h, i));
      const shares = tokens.map((_, j) => rows.reduce((sum, each) => sum + each[j], 0) / rows.length);
      const most = [...shares.keys()].sort((a, b) => shares[b] - shares[a]).slice(0, SHOWN);
      return [token, most.map((j) => `${tokens[j]} ${figure(shares[j])}`).join(', ')];
    });
    const nested = Array.from({ length: layers }, (_, l) =>
      Array.from({ length: heads }, (__, h) => tokens.map((___, i) => [...row(l, h, i)])),
    );
    return {
      json: { space, tokens, words: [...words], layers, heads, weights: nested },
      text: table(['token', `attends to, in layer ${layer + 1}${head === undefined ? '' : `, head ${head}`}`], lines),
    };
  },
};
