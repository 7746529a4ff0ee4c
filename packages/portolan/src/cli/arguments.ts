/** A command line → a verb's arguments and flags, strictly: what isn't known is refused with the nearest name. */
import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';
import { didYouMean } from '@portolan/core/base';

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
  let negative = -1; // where the last number stands: `-.5` has a token for each character
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option' || token.index === negative) continue;
    const whole = argv[token.index];
    if (/^-[^-a-zA-Z]/.test(whole)) {
      negative = token.index;
      positionals.push(whole);
      continue;
    }
    if (/^-[a-zA-Z]./.test(whole)) throw unknownFlag(whole, flags); // letters don't run together: `-out` is no flag
    const { rawName, value, inlineValue } = token;
    const { flag, on } = flagNamed(rawName, flags);
    if (flag.value === undefined) {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value, got ${JSON.stringify(value)}`);
      given.set(flag.name, on);
      continue;
    }
    if (value === undefined || (!inlineValue && value.startsWith('--'))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value}`);
    }
    given.set(flag.name, value);
  }
  return { positionals, flags: given };
}

/** Node's parser, told which flags take a value; what it does not know it passes on. */
function tokensOf(argv: readonly string[], flags: readonly Flag[]) {
  const options = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function flagNamed(written: string, flags: readonly Flag[]): { flag: Flag; on: boolean } {
  const found = flags.find(({ name, short }) => written === `--${name}` || written === `-${short}`);
  if (found) return { flag: found, on: true };
  const off = flags.find(({ name, value }) => value === undefined && written === `--no-${name}`);
  if (off) return { flag: off, on: false };
  throw unknownFlag(written, flags);
}

function unknownFlag(written: string, flags: readonly Flag[]): UsageError {
  const names = flags.map((flag) => `--${flag.name}`);
  return new UsageError(`there is no flag ${written}${didYouMean(written, names)}`);
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
