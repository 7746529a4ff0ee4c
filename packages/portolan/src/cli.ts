/** The command line: finds the verb, runs it, prints what it gave, and turns errors into one line and an exit code. */
import { createRequire } from 'node:module';
import { InputError, errorToMessage, isAbort } from '@portolan/core';
import type { MethodInfo, Workbench } from '@portolan/core';
import { checkPositionals, parseArguments } from './cli/arguments.ts';
import type { Arguments, Flag } from './cli/arguments.ts';
import { overview, verbHelp } from './cli/help.ts';
import type { VerbGroup } from './cli/help.ts';
import { methodFlags, number } from './cli/method-options.ts';
import { didYouMean } from '@portolan/core/base';
import { progressLine } from './cli/progress-line.ts';
import { projectFolder } from './cli/project-folder.ts';
import { UsageError } from './cli/usage-error.ts';
import { GLOBAL_FLAGS } from './cli/verb.ts';
import type { Context, Output, Verb } from './cli/verb.ts';
import { decode, encode, sample } from './cli/verbs/apply.ts';
import { attention } from './cli/verbs/attention.ts';
import { dataAdd, dataFetch, dataLs, dataMake, dataRm, dataShow } from './cli/verbs/data.ts';
import { ls, rm, show } from './cli/verbs/items.ts';
import { learn } from './cli/verbs/learn.ts';
import { exportMap } from './cli/verbs/export-map.ts';
import { map } from './cli/verbs/map.ts';
import { neighbors } from './cli/verbs/neighbors.ts';
import { place } from './cli/verbs/place.ts';
import { recommend } from './cli/verbs/recommend.ts';
import { spaceAdd } from './cli/verbs/space.ts';
import { studio } from './cli/verbs/studio.ts';
import { exporting, importing } from './cli/verbs/transfer.ts';
import { zoo } from './cli/verbs/zoo.ts';
import { openProject } from './open-project.ts';

/** As the help lists them: in the order that a person comes to them. */
const GROUPS: readonly VerbGroup[] = [
  { title: 'Begin', verbs: [studio, zoo] },
  { title: 'Data', verbs: [dataAdd, dataMake, dataFetch, dataLs, dataShow, dataRm] },
  { title: 'Spaces', verbs: [learn, spaceAdd, encode, decode, sample, recommend, attention] },
  { title: 'Maps and neighbours', verbs: [map, place, exportMap, neighbors] },
  { title: 'The project', verbs: [ls, show, exporting, importing, rm] },
];
const VERBS: readonly Verb[] = GROUPS.flatMap(({ verbs }) => verbs);

const FAILED = 1;
const MISUSED = 2;
const CANCELLED = 130;

/** Codes of errors that are the command line's own. */
const MISUSES = ['usage', 'option', 'no-such-method', 'bad-name'];

/** Runs a command line; the process's exit code says how it went. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0); // the reader has seen enough
    process.stderr.write(`portolan: the output could not be written: ${error.message}\n`);
    process.exit(FAILED);
  });
  process.stderr.on('error', () => {}); // progress that nobody reads is no reason to stop
  // read before parsing, so that a command line that can't be parsed is answered as it was asked
  const json = argv.includes('--json');
  try {
    process.exitCode = await runLine(argv, json);
  } catch (error) {
    process.exitCode = report(error, { json, debug: argv.includes('--debug') });
  }
}

async function runLine(argv: readonly string[], json: boolean): Promise<number> {
  const { verb, rest, group } = findVerb(argv);
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  if (!verb) {
    if (rest.includes('--version') || rest.includes('-v')) return print(version());
    if (rest.length === 0 || rest[0] === 'help' || (wantsHelp && rest[0].startsWith('-'))) {
      const within = VERBS.filter((verb) => verb.name.startsWith(`${group} `));
      return print(overview(group ? [{ verbs: within }] : GROUPS, version()));
    }
    throw unknownVerb(rest, group);
  }

  // the tables of methods need no project, so that help and misuse touch no disk
  const methods = verb.methods ? await methodsOf(verb.methods) : [];
  const chosen = namedMethod(rest, methods);
  if (wantsHelp) return print(verbHelp(verb, methods, chosen));
  const known: Flag[] = [
    ...GLOBAL_FLAGS.filter((flag) => !verb.flags.some((own) => own.name === flag.name)),
    ...verb.flags,
  ];
  const args = parseArguments(rest, [...known, ...methodFlags(methods, known, chosen)]);
  checkPositionals(args.positionals, verb.positionals);

  const progress = progressLine(process.stderr);
  const cancelling = cancelOnSignals();
  const quiet = args.flags.get('quiet') === true;
  const say = (output: Output): void => void print(json ? JSON.stringify(output.json) : output.text);
  let announced = false;
  try {
    const folder = projectFolder(textOf(args, 'project'), { env: process.env, cwd: process.cwd() });
    const context: Context = {
      args,
      folder,
      project: open(folder, args),
      job: { signal: cancelling.signal, ...(!quiet && { onProgress: progress.show }) },
      note: (line) => void process.stderr.write(`${line}\n`),
      announce(output) {
        announced = true;
        say(output);
      },
    };
    const output = await verb.run(context);
    progress.end();
    if (!announced) say(output);
    return 0;
  } catch (error) {
    progress.end();
    if (announced && isAbort(error)) return 0; // a server ends when it is told to
    throw error;
  } finally {
    cancelling.end();
  }
}

function open(folder: string, args: Arguments): Workbench {
  const threads = textOf(args, 'threads');
  const seed = textOf(args, 'seed');
  if (seed !== undefined) number('--seed', seed, { integer: true });
  return openProject(folder, {
    reproducible: args.flags.get('reproducible') === true,
    ...(threads !== undefined && { threads: number('--threads', threads, { min: 1, max: 256, integer: true }) }),
  });
}

/** The verb at the head of a command line, its words taken off; flags of every verb may stand before it. */
function findVerb(argv: readonly string[]): { verb?: Verb; group?: string; rest: string[] } {
  let at = 0;
  while (at < argv.length && argv[at].startsWith('-')) {
    const flag = GLOBAL_FLAGS.find((flag) => argv[at] === `--${flag.name}`);
    at += flag?.value ? 2 : 1;
  }
  const before = argv.slice(0, at);
  for (const words of [2, 1]) {
    const name = argv.slice(at, at + words).join(' ');
    const verb = VERBS.find((verb) => verb.name === name);
    if (verb) return { verb, rest: [...before, ...argv.slice(at + words)] };
  }
  if (argv[at] === 'help')
    return argv.length > at + 1 ? findVerb([...argv.slice(at + 1), '--help']) : { rest: ['help'] };
  const group = VERBS.some((verb) => verb.name.startsWith(`${argv[at]} `)) ? argv[at] : undefined;
  return { group, rest: [...argv.slice(group ? at + 1 : at), ...before] };
}

function unknownVerb(rest: readonly string[], group: string | undefined): UsageError {
  const names = VERBS.map((verb) => verb.name);
  const written = group ? `${group} ${rest[0]}` : rest[0];
  if (written.startsWith('-')) {
    const flags = GLOBAL_FLAGS.map((flag) => `--${flag.name}`);
    if (flags.includes(written)) return new UsageError('a verb is missing; portolan --help lists them');
    return new UsageError(`there is no flag ${written}${didYouMean(written, flags)}`);
  }
  return new UsageError(`there is no verb ${written}${didYouMean(written, names)}; portolan --help lists them`);
}

/** The method that a command line is about, `--method vae` or `sprites`, before it is parsed. */
function namedMethod(rest: readonly string[], methods: readonly MethodInfo[]): string | undefined {
  const words = rest.flatMap((word) => (word.startsWith('--method=') ? [word.slice('--method='.length)] : [word]));
  return words.find((word) => methods.some(({ name }) => name === word));
}

async function methodsOf(kind: 'spaces' | 'maps' | 'data'): Promise<readonly MethodInfo[]> {
  return (await openProject('.').methods())[kind];
}

function textOf(args: Arguments, name: string): string | undefined {
  const given = args.flags.get(name);
  return typeof given === 'string' ? given : undefined;
}

/** The first signal cancels, so that nothing is left half-written; the second ends the process where it stands. */
function cancelOnSignals(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const cancel = (): void => {
    if (controller.signal.aborted) process.exit(CANCELLED);
    controller.abort();
  };
  process.on('SIGINT', cancel).on('SIGTERM', cancel);
  return {
    signal: controller.signal,
    end: () => void process.off('SIGINT', cancel).off('SIGTERM', cancel),
  };
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** One line on stderr; with --json the error as an object on stdout as well. */
function report(error: unknown, { json, debug }: { json: boolean; debug: boolean }): number {
  const message = errorToMessage(error);
  if (json) print(JSON.stringify({ error: message }));
  if (isAbort(error)) {
    process.stderr.write('portolan: cancelled; nothing was kept\n');
    return CANCELLED;
  }
  const what =
    message.code === 'internal' ? `${message.message} (this is a bug; --debug shows where)` : message.message;
  process.stderr.write(`portolan: ${what.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (debug) process.stderr.write(`${stackOf(error)}\n`);
  return error instanceof InputError && MISUSES.includes(error.code) ? MISUSED : FAILED;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.stack, error.cause === undefined ? '' : `caused by ${stackOf(error.cause)}`].filter(Boolean).join('\n');
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
