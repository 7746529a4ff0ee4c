/**
 * The Workbench's verbs as a table, for whoever calls it from afar: a verb is looked up here, never as a property.
 * A `call` answers at once; a `job` takes time, reports progress and can be controlled; `both` depends on how much.
 */
import type { Workbench } from './workbench.ts';

export const VERBS = {
  project: 'call',
  methods: 'call',
  zoo: 'call',
  list: 'call',
  show: 'call',
  remove: 'call',
  rows: 'call',
  columns: 'call',
  codes: 'call',
  sample: 'call',
  attention: 'call',
  coordinates: 'call',
  keep: 'call',
  neighbors: 'call',
  files: 'call',
  file: 'call',
  encode: 'both',
  decode: 'both',
  recommend: 'both',
  place: 'both',
  addData: 'job',
  makeData: 'job',
  openZoo: 'job',
  fetchData: 'job',
  addSpace: 'job',
  learn: 'job',
  map: 'job',
  neighborTable: 'job',
  exportProject: 'job',
  importProject: 'job',
} as const satisfies Record<keyof Workbench, 'call' | 'job' | 'both'>;

export type Verb = keyof typeof VERBS;
export type JobVerb = { [V in Verb]: (typeof VERBS)[V] extends 'call' ? never : V }[Verb];
export type CallVerb = { [V in Verb]: (typeof VERBS)[V] extends 'job' ? never : V }[Verb];

export function isVerb(name: unknown): name is Verb {
  return typeof name === 'string' && Object.hasOwn(VERBS, name);
}

export function isJobVerb(name: unknown): name is JobVerb {
  return isVerb(name) && VERBS[name] !== 'call';
}

export function isCallVerb(name: unknown): name is CallVerb {
  return isVerb(name) && VERBS[name] !== 'job';
}

/** Where the arguments of a verb hold byte sources, which can't cross a wire or a thread as they are. */
const SOURCES: Partial<Record<Verb, readonly string[]>> = {
  addData: ['files', 'labels'],
  addSpace: ['files'],
  learn: ['texts'],
  importProject: ['zip'],
};

/** The arguments with each byte source, or what stands for it, replaced. */
export function mapSources<T>(verb: Verb, args: unknown, replace: (source: T) => unknown): unknown {
  const fields = SOURCES[verb];
  if (!fields || typeof args !== 'object' || args === null) return args;
  const out: Record<string, unknown> = { ...args };
  for (const field of fields) {
    const value = out[field];
    if (Array.isArray(value)) out[field] = value.map((source) => replace(source as T));
    else if (value !== undefined) out[field] = replace(value as T);
  }
  return out;
}
