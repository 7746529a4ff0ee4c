/** What a person tells of a model that is brought: the fields, what was typed into them, the command that says the same. */
import { InputError } from '@portolan/core/base';
import type { AddSpaceArgs } from '@portolan/core/workbench';
import { quote } from './cli.ts';

export interface BringField {
  name:
    | 'range'
    | 'mean'
    | 'deviation'
    | 'layout'
    | 'latent'
    | 'codesOutput'
    | 'inputs'
    | 'label'
    | 'classInput'
    | 'encoder';
  label: string;
  hint: string;
  choices?: readonly string[];
}

export const BRING_FIELDS: readonly BringField[] = [
  { name: 'range', label: 'range', hint: 'What it takes for pixels of 0 and 1: 0, 1 or -1, 1 or 0, 255.' },
  { name: 'mean', label: 'mean', hint: 'Or what it subtracts, one number or one for each channel …' },
  { name: 'deviation', label: 'deviation', hint: '… and then divides by.' },
  { name: 'layout', label: 'layout', hint: 'How it takes pictures.', choices: ['channelsFirst', 'channelsLast'] },
  { name: 'latent', label: 'latent shape', hint: 'Of a code: 10, or 4, 8, 8.' },
  { name: 'codesOutput', label: 'codes output', hint: 'Which output of the encoder is the code.' },
  { name: 'inputs', label: 'other inputs', hint: 'What they are fed: label=0; style=1, 2, 3.' },
  { name: 'label', label: 'classes', hint: 'The column whose classes a model is given beside each sample.' },
  { name: 'classInput', label: 'class input', hint: 'Which input takes them.' },
  { name: 'encoder', label: 'encoder', hint: 'Which of the files is the encoder.' },
];

/** Fields that answer a question of `addSpace`. */
export const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  range: ['range', 'mean', 'deviation'],
  layout: ['layout'],
  latent: ['latent'],
  inputs: ['inputs'],
  label: ['label', 'inputs'],
  roles: ['encoder'],
};

/** Whether files are a model, not data. */
export function areModels(files: readonly { name: string }[]): boolean {
  return files.some(({ name }) => /\.onnx$/i.test(name));
}

/** What was typed, as arguments. @throws InputError in a sentence that names the field */
export function bringArgs(texts: Readonly<Record<string, string>>): Omit<AddSpaceArgs, 'files'> {
  const typed = (name: BringField['name']): string => (texts[name] ?? '').trim();
  const list = (name: BringField['name']): number[] | undefined => numbersOf(name, typed(name));
  const range = list('range');
  if (range && range.length !== 2) throw new InputError(`range is “${typed('range')}”, expected two numbers, as -1, 1`);
  const inputs = typed('inputs')
    .split(';')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [name, values = ''] = entry.split('=');
      return [name.trim(), numbersOf('inputs', values) ?? []] as const;
    });
  const [mean, deviation, latent] = [list('mean'), list('deviation'), list('latent')];
  const text = (name: 'layout' | 'codesOutput' | 'label' | 'classInput' | 'encoder') =>
    typed(name) ? { [name]: typed(name) } : {};
  return {
    ...(range && { range: range as [number, number] }),
    ...(mean && { mean }),
    ...(deviation && { deviation }),
    ...(latent && { latent }),
    ...(inputs.length > 0 && { inputs: Object.fromEntries(inputs) }),
    ...text('layout'),
    ...text('codesOutput'),
    ...text('label'),
    ...text('classInput'),
    ...text('encoder'),
  };
}

function numbersOf(name: string, text: string): number[] | undefined {
  if (text.trim() === '') return undefined;
  return text.split(',').map((part) => {
    const value = part.trim() === '' ? NaN : Number(part.replace('−', '-'));
    if (Number.isFinite(value)) return value;
    throw new InputError(`${name} is “${text.trim()}”, expected numbers with commas between them`);
  });
}

export function bringCommand(args: Omit<AddSpaceArgs, 'files'> & { files: readonly string[] }): string {
  const { files, inputs, ...rest } = args;
  const flags = Object.entries(rest).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const flag = `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
    return [`${flag} ${quote(Array.isArray(value) ? value.join(',') : String(value))}`];
  });
  const fed = Object.entries(inputs ?? {}).map(([name, values]) => `${name}=${values.join(',')}`);
  const beside = fed.length > 0 ? [`--inputs ${quote(fed.join(';'))}`] : [];
  return ['portolan space add', ...files.map(quote), ...flags, ...beside].join(' ');
}
