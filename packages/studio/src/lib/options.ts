/** A method's options as a form keeps them: text, as typed, made strict when it is used. */
import type { OptionSpec, Options } from '@portolan/core/base';

type Value = Options[string];

/** A value as text: `512, 128, 64`. */
export function showOption(value: Value): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** The text of every option at its default. */
export function defaultTexts(specs: readonly OptionSpec[]): Record<string, string> {
  return Object.fromEntries(specs.map((spec) => [spec.name, showOption(spec.default)]));
}

/** What a text says, or what is wrong with it. */
export function parseOption(spec: OptionSpec, text: string): { value?: Value; problem?: string } {
  const { type, min = -Infinity, max = Infinity } = spec;
  const range = (v: number): string | undefined => {
    if (!Number.isFinite(v)) return `${JSON.stringify(text)} is not a number.`;
    if (type !== 'number' && !Number.isInteger(v)) return 'A whole number is needed.';
    if (v < min) return `At least ${min}.`;
    return v > max ? `At most ${max}.` : undefined;
  };
  if (type === 'boolean') return { value: text === 'true' };
  if (type === 'text') return { value: text.trim() };
  if (type === 'choice') return spec.choices?.includes(text) ? { value: text } : { problem: 'Choose one.' };
  if (type === 'integers') {
    const values = text
      .split(/[\s,]+/)
      .filter((part) => part !== '')
      .map(Number);
    const problem = values.map(range).find((p) => p !== undefined);
    return problem ? { problem } : { value: values };
  }
  if (text.trim() === '') return { problem: 'A number is needed.' };
  const value = Number(text);
  const problem = range(value);
  return problem ? { problem } : { value };
}

/** The first option that is wrong, and how; undefined when all are right. */
export function firstProblem(
  specs: readonly OptionSpec[],
  texts: Readonly<Record<string, string>>,
): { name: string; problem: string } | undefined {
  for (const spec of specs) {
    const { problem } = parseOption(spec, texts[spec.name] ?? showOption(spec.default));
    if (problem !== undefined) return { name: spec.name, problem };
  }
  return undefined;
}

/** All options that differ from their default; undefined while any is wrong. */
export function parseOptions(
  specs: readonly OptionSpec[],
  texts: Readonly<Record<string, string>>,
): Partial<Options> | undefined {
  const out: Partial<Options> = {};
  for (const spec of specs) {
    const text = texts[spec.name] ?? showOption(spec.default);
    const { value, problem } = parseOption(spec, text);
    if (problem !== undefined || value === undefined) return undefined;
    if (showOption(value) !== showOption(spec.default)) out[spec.name] = value;
  }
  return out;
}
