/** What a panel does, as the command that does it. */
import type { Options, OptionSpec } from '@portolan/core/base';

/** Options as flags, those left at their default omitted: `--latent-dim 2 --epochs 10`. */
function flags(options: Partial<Options>, specs: readonly OptionSpec[]): string[] {
  return specs.flatMap(({ name, default: usual }) => {
    const value = options[name];
    if (value === undefined || String(value) === String(usual)) return [];
    const flag = name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
    return [`--${flag}`, quote(Array.isArray(value) ? value.join(',') : String(value))];
  });
}

export function learnCommand(args: {
  data: string;
  method: string;
  options: Partial<Options>;
  specs: readonly OptionSpec[];
  checkpoints?: number;
}): string {
  const { data, method, options, specs, checkpoints } = args;
  const states = checkpoints ? ['--checkpoints', String(checkpoints)] : [];
  return ['portolan learn', quote(data), '--method', method, ...flags(options, specs), ...states].join(' ');
}

export function recommendCommand(args: {
  space: string;
  choices: readonly { name: string; rating: number }[];
}): string {
  const given = args.choices.map(({ name, rating }) => quote(`${name}=${rating}`));
  return ['portolan recommend', quote(args.space), ...given].join(' ');
}

export function makeDataCommand(args: {
  generator: string;
  options: Partial<Options>;
  specs: readonly OptionSpec[];
}): string {
  return ['portolan data make', args.generator, ...flags(args.options, args.specs)].join(' ');
}

export function mapCommand(args: {
  of: string;
  method: string;
  options: Partial<Options>;
  specs: readonly OptionSpec[];
  label?: string;
  from?: string;
  align?: string;
  coordinates?: string;
  /** further ones in one frame with it */
  together?: readonly string[];
}): string {
  const { of, method, options, specs, together = [] } = args;
  const named = (['label', 'from', 'align', 'coordinates'] as const).flatMap((name) =>
    args[name] ? [`--${name}`, quote(args[name])] : [],
  );
  return ['portolan map', ...[of, ...together].map(quote), '--method', method, ...flags(options, specs), ...named].join(
    ' ',
  );
}

export function addDataCommand(args: {
  files: string[];
  name?: string;
  labels?: string;
  label?: string;
  image?: string;
  range?: string;
}): string {
  const { files, name, labels, label, image, range } = args;
  return [
    'portolan data add',
    ...files.map(quote),
    ...(name ? ['--name', quote(name)] : []),
    ...(labels ? ['--labels', quote(labels)] : []),
    ...(label ? ['--label', quote(label)] : []),
    ...(image ? ['--image', quote(image)] : []),
    ...(range ? [`--range=${quote(range)}`] : []),
  ].join(' ');
}

export function placeCommand(args: { map: string; rows: string }): string {
  return `portolan place ${quote(args.map)} ${quote(args.rows)} --out places.csv`;
}

export function sampleCommand(args: { space: string; n: number; seed: number }): string {
  return `portolan sample ${quote(args.space)} --n ${args.n} --seed ${args.seed}`;
}

export function exportCommand(id: string): string {
  return `portolan export ${quote(id)}`;
}

/** Quoted for a POSIX shell when it has to be. */
export function quote(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
