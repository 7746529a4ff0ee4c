/** The help texts; all from the tables that the verbs themselves are run by. */
import type { MethodInfo, OptionSpec } from '@portolan/core';
import type { Flag } from './arguments.ts';
import { wrap } from './format.ts';
import { optionFlag } from './method-options.ts';
import { GLOBAL_FLAGS } from './verb.ts';
import type { Verb } from './verb.ts';

const COLUMNS = 100;

/** Verbs that belong together. */
export interface VerbGroup {
  title?: string;
  verbs: readonly Verb[];
}

export function overview(groups: readonly VerbGroup[], version: string): string {
  const width = Math.max(...groups.flatMap(({ verbs }) => verbs.map(({ name }) => name.length)));
  const lists = groups.flatMap(({ title, verbs }) => [
    ...(title ? [`${title}:`] : []),
    list(verbs.map((verb) => [verb.name.padEnd(width), verb.summary] as const)),
    '',
  ]);
  return [
    `Portolan ${version}: learn a latent space, see it, travel in it.`,
    '',
    'Usage: portolan VERB … [flags]      portolan VERB --help',
    '',
    ...lists,
    'Flags of every verb:',
    list(GLOBAL_FLAGS.map(flagEntry)),
    '',
    'Begin with:',
    '  portolan studio                                           everything, in the browser',
    '  portolan data add photos/ --image 32x32x3 --name photos   your pictures, or a table: people.csv',
    '  portolan learn photos --method vae --latent-dim 8         the space photos-vae',
    '  portolan map photos-vae --method umap                     its map, and how far to trust it',
    '  portolan sample photos-vae --n 16 --out new.png           pictures that never were',
    '',
    'Exit codes: 0 done, 1 failed, 2 the command line is wrong, 130 cancelled by Ctrl-C.',
  ].join('\n');
}

/** @param chosen  the method whose options are asked for; all when left out and there are few */
export function verbHelp(verb: Verb, methods: readonly MethodInfo[], chosen?: string): string {
  const places = verb.positionals.map(({ name, optional, many }) => {
    const shown = many ? `${name}…` : name;
    return optional ? `[${shown}]` : shown;
  });
  const own = new Set(verb.flags.map((flag) => flag.name));
  return [
    verb.summary,
    '',
    `Usage: portolan ${[verb.name, ...places].join(' ')} [flags]`,
    ...section(
      '',
      verb.positionals.map(({ name, summary }) => [name, summary] as const),
    ),
    ...section('Flags:', verb.flags.map(flagEntry)),
    ...methodSections(verb, methods, chosen),
    ...section('Flags of every verb:', GLOBAL_FLAGS.filter((flag) => !own.has(flag.name)).map(flagEntry)),
    '',
    ...wrap(`With --json: ${verb.json}`, COLUMNS),
    '',
    verb.examples.length > 1 ? 'Examples:' : 'Example:',
    ...verb.examples.map((example) => `  portolan ${example}`),
    '',
    'Exit codes: 0 done, 1 failed, 2 the command line is wrong, 130 cancelled by Ctrl-C.',
  ].join('\n');
}

/** More options than these methods have are told of each method by itself. */
const MANY = 8;

/** The methods, by family where they have one, and their options: those that several share, once. */
function methodSections(verb: Verb, methods: readonly MethodInfo[], chosen?: string): string[] {
  const one = methods.find(({ name }) => name === chosen);
  if (one) return [...section('Method:', [[one.name, one.summary]]), ...optionSections([one])];
  const families = [...new Set(methods.map(({ family }) => family))];
  const lists = families.flatMap((family) =>
    section(
      family
        ? `Methods, ${family}:`
        : verb.flags.some(({ name }) => name === 'method')
          ? 'Methods:'
          : 'What can be made:',
      methods.filter((method) => method.family === family).map(({ name, summary }) => [name, summary] as const),
    ),
  );
  if (methods.length <= MANY) return [...lists, ...optionSections(methods)];
  const way = verb.flags.some(({ name }) => name === 'method') ? '--method METHOD' : 'METHOD';
  const common = commonOptions(methods).map((option) => flagEntry(optionFlag(option)));
  return [
    ...lists,
    ...section('Options that many of them take:', common),
    '',
    `All options of a method: portolan ${verb.name} ${way} --help`,
  ];
}

/** Those that a quarter of the methods show first. */
function commonOptions(methods: readonly MethodInfo[]): OptionSpec[] {
  const main = methods.flatMap(({ options }) => options.filter(({ main }) => main));
  const shared = (wanted: OptionSpec): boolean =>
    main.filter(({ name }) => name === wanted.name).length * 4 >= methods.length;
  return main.filter((option, i) => shared(option) && main.findIndex(({ name }) => name === option.name) === i);
}

function optionSections(methods: readonly MethodInfo[]): string[] {
  const shared = new Map<string, { entry: readonly [string, string]; methods: string[] }>();
  for (const { name, options } of methods) {
    for (const option of options.filter((option) => option.name !== 'seed')) {
      const entry = flagEntry(optionFlag(option));
      const key = entry.join('\n');
      shared.set(key, { entry, methods: [...(shared.get(key)?.methods ?? []), name] });
    }
  }
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const { entry, methods } of shared.values()) {
    const title = `Options of ${methods.join(' and ')}:`;
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  const further = methods.flatMap(({ name, together = [] }) =>
    section(
      `Options of ${name} where several are mapped in one frame:`,
      together.map((option) => flagEntry(optionFlag(option))),
    ),
  );
  return [...[...groups].flatMap(([title, entries]) => section(title, entries)), ...further];
}

function section(title: string, entries: readonly (readonly [string, string])[]): string[] {
  if (entries.length === 0) return [];
  return ['', ...(title === '' ? [] : wrap(title, COLUMNS)), list(entries)];
}

function flagEntry({ name, short, value, summary, default: usual }: Flag): readonly [string, string] {
  const written = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
  return [written, usual === undefined ? summary : `${summary} (default: ${usual})`];
}

function list(entries: readonly (readonly [string, string])[]): string {
  const width = Math.min(28, Math.max(...entries.map(([name]) => name.length)));
  return entries
    .flatMap(([name, summary]) => {
      const lines = wrap(summary, COLUMNS - width - 4);
      const first = name.length > width ? [`  ${name}`] : [];
      return [
        ...first,
        ...lines.map((line, i) => `  ${(i === 0 && first.length === 0 ? name : '').padEnd(width)}  ${line}`),
      ];
    })
    .join('\n');
}
