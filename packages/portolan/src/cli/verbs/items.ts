import { FormatError } from '@portolan/core/base';
import type { Kind } from '@portolan/core';
import { itemFacts, itemTable } from '../describe.ts';
import { bytes, table } from '../format.ts';
import { didYouMean } from '@portolan/core/base';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Verb } from '../verb.ts';

const KINDS: readonly Kind[] = ['data', 'space', 'map'];

export const ls: Verb = {
  name: 'ls',
  summary: 'List everything in the project',
  positionals: [],
  flags: [{ name: 'kind', value: KINDS.join('|'), summary: 'only these' }],
  json: 'project (name, place, runtime, version, warnings), items',
  examples: ['ls', 'ls --kind space --json'],
  async run(context) {
    const { project } = context;
    const kind = textFlag(context, 'kind');
    if (kind !== undefined && !KINDS.includes(kind as Kind)) {
      throw new UsageError(`--kind is ${JSON.stringify(kind)}${didYouMean(kind, KINDS)}; expected ${KINDS.join(', ')}`);
    }
    const info = await project.project();
    const items = await project.list(kind === undefined ? {} : { kind: kind as Kind });
    for (const warning of info.warnings) context.note(`portolan: ${warning}`);
    const text = `${info.name}  ${info.place}\n\n${items.length > 0 ? itemTable(items) : 'nothing yet'}`;
    return { json: { project: info, items }, text };
  },
};

export const show: Verb = {
  name: 'show',
  summary: 'Show a data set, a space or a map: how it was made, how good it is, its files',
  positionals: [{ name: 'ID', summary: 'as portolan ls lists it' }],
  flags: [],
  json: 'the item as portolan ls lists it, history and all, and files (name, bytes)',
  examples: ['show digits-autoencoder'],
  async run({ args, project }) {
    const id = args.positionals[0];
    const info = await project.show({ id });
    const files = await project.files({ id });
    const list =
      files.length > 0
        ? `\n\n${table(
            ['file', 'size>'],
            files.map((file) => [file.name, bytes(file.bytes)]),
          )}`
        : '';
    return { json: { ...info, files }, text: `${itemFacts(info)}${list}` };
  },
};

export const rm: Verb = {
  name: 'rm',
  summary: 'Remove items; what was made from them stays',
  positionals: [{ name: 'ID', many: true, summary: 'ids as portolan ls lists them' }],
  flags: [],
  json: 'removed, a list of ids; itemsLeft, ids of data sets that came with removed spaces and stay',
  examples: ['rm digits-autoencoder-2', 'rm news-word2vec news-word2vec-items'],
  async run({ args, project }) {
    const removed = [...new Set(args.positionals)];
    for (const id of removed) {
      // all or none; a damaged one may go
      await project.show({ id }).catch((error: unknown) => {
        if (!(error instanceof FormatError)) throw error;
      });
    }
    // the words, nodes or users that came with a space are a data set of their own
    const left = (await project.list({ kind: 'data' })).flatMap((item) => {
      const of = item.kind === 'data' && item.itemsOf?.space !== undefined && removed.includes(item.itemsOf.space);
      return of && !removed.includes(item.id) ? [item] : [];
    });
    for (const id of removed) await project.remove({ id });
    const stay = left.map(({ id, itemsOf }) => `; its ${itemsOf!.what} stay as the data set ${id}`).join('');
    return { json: { removed, itemsLeft: left.map(({ id }) => id) }, text: `removed ${removed.join(', ')}${stay}` };
  },
};
