/** What a verb of the command line is, and what it is given. */
import type { JobOptions, Workbench } from '@portolan/core';
import type { Arguments, Flag, Positional } from './arguments.ts';

export interface Verb {
  /** `learn`, `data add` */
  name: string;
  summary: string;
  positionals: readonly Positional[];
  flags: readonly Flag[];
  /** whose options are flags too */
  methods?: 'spaces' | 'maps' | 'data';
  /** keys of the object that --json prints, on which scripts may rely */
  json: string;
  examples: readonly string[];
  run(context: Context): Promise<Output>;
}

export interface Context {
  args: Arguments;
  /** where the project is, or will be */
  folder: string;
  project: Workbench;
  /** how to stop, and where progress goes */
  job: JobOptions;
  /** writes a line to stderr, beside the progress bar */
  note(line: string): void;
  /** prints the result before the verb has ended: for one that goes on, as a server does */
  announce(output: Output): void;
}

/** The same result twice: for a script (`--json`), and for a person. */
export interface Output {
  json: Record<string, unknown>;
  text: string;
}

export const GLOBAL_FLAGS: readonly Flag[] = [
  {
    name: 'project',
    value: 'DIR',
    summary: 'the project’s folder; by default the nearest with a portolan.json, else ./portolan-project',
  },
  { name: 'json', summary: 'print one JSON object on stdout; progress stays on stderr' },
  { name: 'seed', value: 'N', summary: 'makes what is random repeatable', default: '0' },
  { name: 'threads', value: 'N', summary: 'threads to compute with', default: 'one for each core' },
  { name: 'quiet', short: 'q', summary: 'no progress' },
  { name: 'debug', summary: 'show where an error came from' },
  { name: 'help', short: 'h', summary: 'show this help' },
];

/** Of the verbs that run kernels. */
export const REPRODUCIBLE: Flag = {
  name: 'reproducible',
  summary: 'the same bits on every machine, at up to a third of the speed',
};

export function textFlag({ args }: Context, name: string): string | undefined {
  const given = args.flags.get(name);
  return typeof given === 'string' ? given : undefined;
}
