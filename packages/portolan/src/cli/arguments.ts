/**
 * A command line → a verb's arguments and flags, strictly: what isn't known is refused with the nearest name.
 * (Node's parseArgs knows no hints, and citty lets unknown flags pass.)
 */
import { UsageError } from './usage-error.ts';
import { didYouMean } from './nearest.ts';

/** `--name VALUE`, or `--name` alone when there is no `value`. */
export interface Flag {
  /** kebab-case */
  name: string;
  short?: string;
  /** how the help names the value: `N`, `FILE`; a flag without it is a switch, and `--no-name` turns it off */
  value?: string;
  summary: string;
  default?: string;
}

export interface Positional {
  name: string;
  summary: string;
  optional?: boolean;
  /** takes all that are left */
  many?: boolean;
}

export interface Arguments {
  positionals: string[];
  /** what was given: a text for a flag with a value, else whether it is on */
  flags: ReadonlyMap<string, string | boolean>;
}

/** @throws UsageError */
export function parseArguments(argv: readonly string[], flags: readonly Flag[]): Arguments {
  const given = new Map<string, string | boolean>();
  const positionals: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i];
    if (arg === '--') {
      positionals.push(...argv.slice(i + 1));
      break;
    }
    if (!/^-[-a-zA-Z]/.test(arg)) {
      positionals.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const written = equals < 0 ? arg : arg.slice(0, equals);
    const { flag, on } = flagNamed(written, flags);
    if (flag.value === undefined) {
      if (equals >= 0) throw new UsageError(`${written} takes no value, got ${JSON.stringify(arg.slice(equals + 1))}`);
      given.set(flag.name, on);
      continue;
    }
    const value = equals >= 0 ? arg.slice(equals + 1) : argv[++i];
    if (value === undefined || (equals < 0 && value.startsWith('--'))) {
      throw new UsageError(`${written} needs a value: ${written} ${flag.value}`);
    }
    given.set(flag.name, value);
  }
  return { positionals, flags: given };
}

function flagNamed(written: string, flags: readonly Flag[]): { flag: Flag; on: boolean } {
  const short = /^-([a-zA-Z])$/.exec(written)?.[1];
  const name = written.replace(/^-+/, '');
  const found = flags.find((flag) => (short ? flag.short === short : written.startsWith('--') && flag.name === name));
  if (found) return { flag: found, on: true };
  const off = name.startsWith('no-') && flags.find((flag) => flag.value === undefined && flag.name === name.slice(3));
  if (off && written.startsWith('--')) return { flag: off, on: false };
  const names = flags.map((flag) => `--${flag.name}`);
  throw new UsageError(`there is no flag ${written}${didYouMean(written, names)}`);
}

/** Fits positionals to their names. @throws UsageError when there are too few or too many */
export function checkPositionals(given: readonly string[], expected: readonly Positional[]): void {
  const needed = expected.filter((positional) => !positional.optional);
  if (given.length < needed.length) {
    const missing = needed[given.length];
    throw new UsageError(`${missing.name} is missing: ${missing.summary}`);
  }
  if (given.length > expected.length && !expected.at(-1)?.many) {
    throw new UsageError(`${JSON.stringify(given[expected.length])} is one argument too many`);
  }
}
