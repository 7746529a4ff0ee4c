/** Options as a person or a program gives them → options in full. One table per method says what is valid. */
import { didYouMean } from './did-you-mean.ts';
import { InputError } from './errors.ts';

/** One option of a method: from this table come validation, the CLI's flags and the studio's form. */
export interface OptionSpec {
  /** camelCase, the field's name: `latentDim`; the CLI's flag is `--latent-dim` */
  readonly name: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'choice' | 'integers' | 'text';
  readonly default: number | boolean | string | readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** of a text: some that may be meant, where it can be any */
  readonly examples?: readonly string[];
  /** a plain sentence: what it is, and what raising it does */
  readonly summary: string;
  /** one of the few that are shown first */
  readonly main?: boolean;
}

export type Options = Record<string, number | boolean | string | readonly number[]>;

/** What `text` holds: a name of a column or a space. */
const MAX_TEXT = 1000;

/**
 * The options in full, defaults filled in.
 * @param what  whose options they are, for the messages: `autoencoder`
 * @throws InputError, code `option`, that names what is wrong and what is expected
 */
export function resolveOptions(what: string, specs: readonly OptionSpec[], given: Partial<Options> = {}): Options {
  for (const name of Object.keys(given)) {
    if (!specs.some((spec) => spec.name === name)) throw unknownOption(what, specs, name);
  }
  return Object.fromEntries(
    specs.map((spec) => {
      const value = given[spec.name];
      if (value === undefined) return [spec.name, spec.default];
      const expected = misfit(spec, value);
      if (expected !== undefined) {
        throw new InputError(`${what}: ${spec.name} is ${show(value)}, expected ${expected}`, {
          code: 'option',
          details: { option: spec.name },
        });
      }
      return [spec.name, value];
    }),
  );
}

function unknownOption(what: string, specs: readonly OptionSpec[], name: string): InputError {
  const names = specs.map((spec) => spec.name);
  const hint = didYouMean(name, names) || `; it takes ${names.join(', ')}`;
  return new InputError(`${what} has no option ${name}${hint}`, { code: 'option', details: { option: name } });
}

/** What is expected instead of the value; undefined when it fits. */
function misfit(spec: OptionSpec, value: unknown): string | undefined {
  switch (spec.type) {
    case 'integer':
      return inRange(spec, value) && Number.isInteger(value) ? undefined : `a whole number${range(spec)}`;
    case 'number':
      return inRange(spec, value) ? undefined : `a number${range(spec)}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'text':
      return typeof value === 'string' && value.length <= MAX_TEXT
        ? undefined
        : `text of at most ${MAX_TEXT} characters`;
    case 'choice':
      return spec.choices?.includes(value as string) ? undefined : `one of ${spec.choices?.join(', ')}`;
    case 'integers':
      return Array.isArray(value) && value.every((item) => Number.isInteger(item) && inRange(spec, item))
        ? undefined
        : `whole numbers${range(spec)}`;
  }
}

function inRange({ min = -Infinity, max = Infinity }: OptionSpec, value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
}

function range({ min, max }: OptionSpec): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  return max === undefined ? '' : `, at most ${max}`;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
