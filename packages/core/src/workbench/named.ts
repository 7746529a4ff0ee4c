/** What a person names, among what there is. */
import { InputError } from '../base/index.ts';

/** @throws InputError `no-such-method` that lists what there is */
export function named<M extends { name: string }>(
  methods: readonly M[],
  name: string,
  kind: 'space' | 'map' | 'data set' | 'public data set' | 'space of the zoo',
): M {
  const found = methods.find((method) => method.name === name);
  if (found) return found;
  throw new InputError(
    `there is no method ${JSON.stringify(name)} for a ${kind}; there is: ${methods.map((method) => method.name).join(', ')}`,
    { code: 'no-such-method' },
  );
}
