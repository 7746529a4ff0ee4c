import { mapFacts } from '../describe.ts';
import { facts } from '../format.ts';
import { methodNamed, methodOptions } from '../method-options.ts';
import { textFlag } from '../verb.ts';
import type { Verb } from '../verb.ts';

export const map: Verb = {
  name: 'map',
  summary: 'Draw up a map: a space’s codes, or a data set’s rows, on the plane',
  positionals: [{ name: 'SPACE', summary: 'a space’s id, or a data set’s' }],
  flags: [
    { name: 'method', value: 'METHOD', summary: 'the projection', default: 'pca' },
    { name: 'name', value: 'NAME', summary: 'the map’s id', default: 'SPACE-METHOD' },
  ],
  methods: 'maps',
  json: 'map (its id), method, seconds, cpuSeconds, quality (trustworthiness, continuity, neighborRecall, labelAccuracy, explainedVariance, nNeighbors, sampleSize), space, data, options, nComponents, created',
  examples: ['map digits-autoencoder --method pca --json'],
  async run(context) {
    const { args, project, job } = context;
    const { maps } = await project.methods();
    const method = methodNamed(maps, textFlag(context, 'method') ?? 'pca');
    const options = methodOptions(method, maps, args);
    const name = textFlag(context, 'name');
    const info = await project.map({ of: args.positionals[0], method: method.name, options, name }, job);
    const { id, kind: _, ...rest } = info;
    return { json: { map: id, ...rest }, text: facts([['map', id], ...mapFacts(info)]) };
  },
};
