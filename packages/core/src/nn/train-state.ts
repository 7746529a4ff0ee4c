/**
 * Parameters and optimiser slots in two sets of buffers. A call reads one set and writes the other, then they change
 * places: nothing is copied or allocated while learning, and the set that was read stays good if the call fails. They
 * lie in the runtime's own memory where it has one.
 */
import { InputError } from '../base/index.ts';
import type { SavedTensor } from '../base/index.ts';
import type { RuntimeMemory, TensorValue } from '../runtime/index.ts';
import type { Optimiser } from './optimisers.ts';
import type { Parameter } from './scope.ts';
import { nextName, slotName } from './train-step.ts';

/** For runtimes that work in JavaScript's memory. */
export const PLAIN_MEMORY: RuntimeMemory = {
  float32: (length) => new Float32Array(length),
  release: () => undefined,
};

export interface TrainState {
  /** by name, to feed */
  current(): Record<string, TensorValue>;
  /** by output name, to be written into */
  next(): Record<string, TensorValue>;
  /** what was written becomes current */
  swap(): void;
  /** the current parameters, views that the next calls overwrite */
  parameters(): Parameter[];
  /** parameters and slots, views */
  tensors(): Parameter[];
  /** @throws InputError unless the tensors are these, in these shapes */
  restore(tensors: Readonly<Record<string, SavedTensor>>): void;
}

export function trainState(
  parameters: readonly Parameter[],
  optimiser: Optimiser,
  memory: Pick<RuntimeMemory, 'float32'>,
): TrainState {
  const sides = [0, 1].map(() => {
    const values = parameters.flatMap(({ name, shape, value }) => {
      const zeros = (): Float32Array => memory.float32(value.length);
      const own: Parameter = { name, shape, value: zeros() };
      own.value.set(value);
      return [own, ...optimiser.slots.map((slot) => ({ name: slotName(slot, name), shape, value: zeros() }))];
    });
    return {
      values,
      feeds: Object.fromEntries(values.map((item) => [item.name, tensor(item)])),
      outputs: Object.fromEntries(values.map((item) => [nextName(item.name), tensor(item)])),
    };
  });
  const names = new Set(parameters.map(({ name }) => name));
  let side = 0;
  return {
    current: () => sides[side].feeds,
    next: () => sides[1 - side].outputs,
    swap() {
      side = 1 - side;
    },
    parameters: () => sides[side].values.filter(({ name }) => names.has(name)),
    tensors: () => sides[side].values,
    restore(tensors) {
      // all of them are looked up before the first is written
      const values = sides[side].values.map(({ name, shape }) => savedValue(tensors, name, shape));
      sides[side].values.forEach(({ value }, i) => value.set(values[i]));
    },
  };
}

/** The numbers of a saved tensor, in place. @throws InputError unless it is there, in this shape */
export function savedValue(
  tensors: Readonly<Record<string, SavedTensor>>,
  name: string,
  shape: readonly number[],
): Float32Array {
  const found = tensors[name];
  if (found?.data instanceof Float32Array && found.shape.join() === shape.join()) return found.data;
  const got = found ? `has it as ${found.dtype} [${found.shape.join(', ')}]` : 'lacks it';
  throw new InputError(
    `the checkpoint is of another model or optimiser: this one has ${name} [${shape.join(', ')}], that one ${got}`,
    { code: 'checkpoint' },
  );
}

function tensor({ shape, value }: Parameter): TensorValue {
  return { dtype: 'float32', shape, data: value };
}

/** Parameters that nothing overwrites. */
export const copies = (parameters: readonly Parameter[]): Parameter[] =>
  parameters.map(({ name, shape, value }) => ({ name, shape, value: value.slice() }));
