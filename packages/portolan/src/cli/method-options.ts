/** A method's options as flags: `latentDim` is `--latent-dim`. The tables in core are the only list of them. */
import type { MethodInfo, OptionSpec, Options } from '@portolan/core';
import type { Arguments, Flag } from './arguments.ts';
import { didYouMean } from '@portolan/core/base';
import { UsageError } from './usage-error.ts';

export function flagName(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * The flags of all methods together; which of them fit is known once the method is.
 * @param chosen  the method named on the command line, which says what its flags are where methods differ
 */
export function methodFlags(methods: readonly MethodInfo[], taken: readonly Flag[], chosen?: string): Flag[] {
  const flags = new Map<string, Flag>();
  for (const { name, options, together = [] } of methods) {
    for (const option of [...options, ...together]) {
      const flag = optionFlag(option);
      if (taken.some((other) => other.name === flag.name)) continue;
      if (name === chosen || !flags.has(flag.name)) flags.set(flag.name, flag);
    }
  }
  return [...flags.values()];
}

export function optionFlag(option: OptionSpec): Flag {
  const { name, type, summary } = option;
  const values = { integer: 'N', number: 'X', boolean: undefined, integers: 'N,N,…', text: 'TEXT' };
  const value = type === 'choice' ? option.choices?.join('|') : values[type];
  return { name: flagName(name), value, summary, default: String(option.default) || 'none' };
}

/** @throws UsageError when there is no such method */
export function methodNamed(methods: readonly MethodInfo[], name: string): MethodInfo {
  const found = methods.find((method) => method.name === name);
  if (found) return found;
  const names = methods.map((method) => method.name);
  throw new UsageError(`there is no method ${JSON.stringify(name)}${didYouMean(name, names)} (${names.join(', ')})`);
}

/**
 * The options that were given, as values. `--seed` may be given to any method: one that draws nothing has no use for it.
 * @throws UsageError when one is not of this method, or its value does not fit
 */
export function methodOptions(
  method: MethodInfo,
  methods: readonly MethodInfo[],
  { flags }: Arguments,
): Partial<Options> {
  const chosen: Partial<Options> = {};
  for (const option of method.options) {
    const given = flags.get(flagName(option.name));
    if (given !== undefined) chosen[option.name] = optionValue(option, given);
  }
  for (const other of methods.flatMap((method) => method.options)) {
    const name = flagName(other.name);
    if (name === 'seed' || !flags.has(name) || method.options.some((option) => option.name === other.name)) continue;
    const names = method.options.map((option) => `--${flagName(option.name)}`).join(', ');
    throw new UsageError(`${method.name} has no --${name}; its options: ${names || 'none'}`);
  }
  return chosen;
}

export function optionValue(option: OptionSpec, given: string | boolean): Options[string] {
  const flag = `--${flagName(option.name)}`;
  const text = String(given);
  switch (option.type) {
    case 'boolean':
      return given === true;
    case 'text':
      return text;
    case 'choice':
      if (option.choices!.includes(text)) return text;
      throw new UsageError(
        `${flag} is ${JSON.stringify(text)}${didYouMean(text, option.choices!)}; expected one of ${option.choices!.join(', ')}`,
      );
    case 'integers': {
      const parts = text === '' || text === 'none' ? [] : text.split(',');
      return parts.map((part) => number(flag, part.trim(), { ...option, integer: true }));
    }
    default:
      return number(flag, text, { ...option, integer: option.type === 'integer' });
  }
}

/** @throws UsageError unless the text is a number within the bounds */
export function number(
  flag: string,
  text: string,
  { min = -Infinity, max = Infinity, integer = false }: { min?: number; max?: number; integer?: boolean } = {},
): number {
  const value = text.trim() === '' ? NaN : Number(text);
  const fits = Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isSafeInteger(value));
  if (fits) return value;
  const kind = integer ? 'a whole number' : 'a number';
  const low = Number.isFinite(min);
  const high = Number.isFinite(max);
  const range = low && high ? ` from ${min} to ${max}` : low ? ` of at least ${min}` : high ? ` of at most ${max}` : '';
  throw new UsageError(`${flag} is ${JSON.stringify(text)}, expected ${kind}${range}`);
}
