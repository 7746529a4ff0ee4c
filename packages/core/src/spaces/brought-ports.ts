/**
 * Which port of a foreign model is which: the input that takes rows or codes, the output that gives them, what the other
 * inputs are to be fed. Shapes decide where they can, then the names that people give such ports.
 */
import { InputError, didYouMean } from '../base/index.ts';
import type { Classes } from '../data/index.ts';
import type { OnnxPort } from '../graph/index.ts';
import { classInput, takesClasses } from './brought-classes.ts';
import type { ClassInput } from './brought-classes.ts';
import { product, showPort } from './brought-model.ts';
import type { ModelSpec } from './brought-model.ts';

/** What a person says where a model does not say it itself. */
export interface BroughtOptions {
  /** how it takes pictures */
  readonly layout?: 'channelsFirst' | 'channelsLast';
  /** its value for x is (x − mean) / deviation; one number, or one for each channel or feature */
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
  /** or what it takes for 0 and for 1 */
  readonly range?: readonly [number, number];
  /** the shape of a code, where the decoder leaves it open */
  readonly latent?: readonly number[];
  /** the encoder's output that is the code, and the decoder's that is the row */
  readonly codesOutput?: string;
  readonly rowsOutput?: string;
  /** for inputs beside the rows or codes: one number, or as many as a row of that input has */
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  /** the input that takes the class of each row, where its name does not tell */
  readonly classInput?: string;
  /** the column of the data that holds the classes; its label when left out */
  readonly label?: string;
}

const CODES = [
  /(^|[._/])(z_?|q_?)?(mu|mean|loc)s?\d*$/i,
  /latent/i,
  /embed/i,
  /^z\d*$|code|encod/i,
  /pool|feature|repr|hidden|variable|transform/i,
];
const NOT_CODES = /log_?var|sigma|std|var(iance)?$|scale|logit|prob|label|recon|x_?hat|loss/i;
const ROWS = [/recon|x_?hat|decod/i, /^x\d*$|image|pixel|sample|output/i, /mean|mu$/i];
const NOT_ROWS = /log_?var|sigma|std|loss|label|^z\d*$|latent/i;
const TAKES_ROWS = [/^(x|input|image|img|pixel|data|feature|row)/i];
const TAKES_CODES = [/^(z|latent|code|mu|mean|embed|variable)/i, /^(input|x|h)/i];

/** Inputs that have a neutral value: noise is left out, so that a code is the mean; temperatures are 1. */
const NEUTRAL: readonly [RegExp, number][] = [
  [/^(eps|epsilon|noise|rand)/i, 0],
  [/(^|_)(is_)?train(ing)?$|^dropout/i, 0],
  [/^temp(erature)?$|^keep_?prob/i, 1],
];
const neutralOf = (name: string): number | undefined => NEUTRAL.find(([pattern]) => pattern.test(name))?.[1];

/** The shape behind the batch, as numbers; undefined where a dimension varies or there is no shape. */
export function rowShape({ shape }: OnnxPort): number[] | undefined {
  const row = shape?.slice(1);
  return row?.every((dim) => typeof dim === 'number') ? (row as number[]) : undefined;
}

/** @param size  numbers of a row where known; @param told  the name that a person gave */
export function pickOutput(
  file: string,
  outputs: readonly OnnxPort[],
  { as, size, told, notes }: { as: 'codes' | 'rows'; size?: number; told?: string; notes: string[] },
): string {
  const names = outputs.map(({ name }) => name);
  if (told !== undefined) {
    if (names.includes(told)) return told;
    throw new InputError(`${file} has no output ${told}${didYouMean(told, names)}; it has ${names.join(', ')}`, {
      code: 'option',
      details: { option: `${as}Output` },
    });
  }
  const sized = outputs.filter((port) => {
    const shape = rowShape(port);
    return shape !== undefined && product(shape) === size;
  });
  const fitting = sized.length > 0 ? sized : outputs;
  const [wanted, unwanted] = as === 'codes' ? [CODES, NOT_CODES] : [ROWS, NOT_ROWS];
  const rank = ({ name }: OnnxPort): number => {
    if (unwanted.test(name)) return wanted.length + 1;
    const at = wanted.findIndex((pattern) => pattern.test(name));
    return at < 0 ? wanted.length : at;
  };
  const best = Math.min(...fitting.map(rank));
  const chosen = fitting.find((port) => rank(port) === best) as OnnxPort;
  const others = names.filter((name) => name !== chosen.name);
  if (others.length > 0)
    notes.push(`of ${file}, output ${chosen.name} was taken for ${as}; the others: ${others.join(', ')}`);
  return chosen.name;
}

/** The input that takes rows or codes: by its size, else its name, else the first that is nothing else. */
export function pickInput(
  file: string,
  inputs: readonly OnnxPort[],
  { as, size }: { as: 'codes' | 'rows'; size?: number },
): OnnxPort {
  if (inputs.length === 0) {
    throw new InputError(`${file} has no input; expected one that takes ${as}`, {
      code: 'shape',
      details: { name: file },
    });
  }
  const patterns = as === 'codes' ? TAKES_CODES : TAKES_ROWS;
  const rank = (port: OnnxPort): number => {
    const shape = rowShape(port);
    const misfit = size !== undefined && shape !== undefined && product(shape) !== size ? 100 : 0;
    const neutral = neutralOf(port.name) === undefined ? 0 : 10;
    const classes = takesClasses(port) ? 20 : 0;
    const at = patterns.findIndex((pattern) => pattern.test(port.name));
    return misfit + neutral + classes + (at < 0 ? patterns.length : at);
  };
  const best = Math.min(...inputs.map(rank));
  return inputs.find((port) => rank(port) === best) as OnnxPort;
}

/**
 * What the other inputs are fed: what was told, the class of each row, or the neutral value of their name.
 * @param data  whose classes are fed; of a model without data they are numbers
 * @throws InputError, code `tell`, that names an input nothing is known of, and the shape it expects
 */
export function besides(
  file: string,
  inputs: readonly OnnxPort[],
  main: string,
  { inputs: told = {}, classInput: toldClasses }: BroughtOptions,
  data?: { name: string; classes?: Classes },
): Pick<ModelSpec, 'inputs' | 'classes'> {
  const rows = inputs.find(({ name }) => name === main)?.shape?.[0];
  // of a pair, what was told may be of the other model
  const className = inputs.some(({ name }) => name === toldClasses) ? toldClasses : undefined;
  const found: Record<string, { shape: readonly number[]; values: readonly number[] }> = {};
  let classes: ClassInput | undefined;
  for (const port of inputs) {
    if (port.name === main) continue;
    if (!classes && !Object.hasOwn(told, port.name) && takesClasses(port, className)) {
      classes = classInput(port, rows, data?.classes?.categories.length ?? 0);
      if (classes && data) checkLabels(file, port, data.name, data.classes, classes.nClasses);
      if (classes) continue;
    }
    const neutral = neutralOf(port.name);
    const values = Object.hasOwn(told, port.name) ? told[port.name] : neutral === undefined ? undefined : [neutral];
    const shape = port.shape?.map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? -1 : NaN));
    const size = shape && product(shape.slice(shape[0] === -1 || shape.length > 1 ? 1 : 0));
    if (values === undefined || size === undefined || Number.isNaN(size)) {
      const many = size !== undefined && size > 1 ? `1 number, or ${size} for each row` : '1 number';
      throw new InputError(
        `${file} has an input beside its ${main}, ${showPort(port)}, of which nothing is known; ` +
          `say what to feed it: ${many}`,
        { code: 'tell', details: { ask: 'inputs', name: file, input: port.name, size } },
      );
    }
    if (values.length !== 1 && values.length !== size) {
      throw new InputError(
        `${file}: got ${values.length} numbers for input ${showPort(port)}, expected 1${size > 1 ? `, or ${size}` : ''}`,
        { code: 'option', details: { option: 'inputs', input: port.name } },
      );
    }
    found[port.name] = { shape: shape as number[], values };
  }
  return { ...(Object.keys(found).length > 0 && { inputs: found }), ...(classes && { classes }) };
}

/** @throws InputError, code `tell`, asking for `label`, when the data has no classes, or not as many as the model takes */
function checkLabels(file: string, port: OnnxPort, data: string, classes?: Classes, nClasses = 0): void {
  const many = nClasses ? `one of ${nClasses} classes` : 'a class';
  const details = { ask: 'label', name: file, input: port.name, nClasses };
  const way = `name a column of ${nClasses ? `${nClasses} ` : ''}classes, or say one value for all rows`;
  if (!classes) {
    throw new InputError(`${file}: input ${showPort(port)} takes ${many}, and ${data} has no label; ${way}`, {
      code: 'tell',
      details,
    });
  }
  if (classes.categories.length === nClasses) return;
  throw new InputError(
    `${file}: input ${showPort(port)} takes ${many}, but column ${classes.column} of ${data} has ` +
      `${classes.categories.length}; ${way}`,
    { code: 'tell', details },
  );
}
