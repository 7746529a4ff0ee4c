/**
 * Errors with a stable `code`. A message says what, got, expected and the way out, in one line.
 * Cancelling is not an error of ours: it is the platform's AbortError, thrown by `signal.throwIfAborted()`.
 */

/** What an error carries beside its message; `details` is plain data and crosses threads and HTTP. */
export interface ErrorOptions {
  code?: string;
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** The common parent: use it to tell our errors from bugs. */
export class PortolanError extends Error {
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(name: string, message: string, { code, details = {}, cause }: ErrorOptions & { code: string }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.code = code;
    this.details = details;
  }
}

/** The caller's input is unusable: wrong shape, option, id or value. */
export class InputError extends PortolanError {
  constructor(message: string, { code = 'input', ...rest }: ErrorOptions = {}) {
    super('InputError', message, { code, ...rest });
  }
}

/** Bytes that are not what they should be; `details` has name and, where known, offset and version. */
export class FormatError extends PortolanError {
  constructor(message: string, { code = 'format', ...rest }: ErrorOptions = {}) {
    super('FormatError', message, { code, ...rest });
  }
}

/** A computation diverged; `details` has the iteration and the last finite loss. */
export class NumericalError extends PortolanError {
  constructor(message: string, { code = 'numerical', ...rest }: ErrorOptions = {}) {
    super('NumericalError', message, { code, ...rest });
  }
}

/** A project folder could not be read or written: missing, full, read-only, newer version. */
export class StoreError extends PortolanError {
  constructor(message: string, { code = 'store', ...rest }: ErrorOptions = {}) {
    super('StoreError', message, { code, ...rest });
  }
}

/** An error as plain data, to cross a thread or a wire. */
export interface ErrorMessage {
  name: string;
  code: string;
  message: string;
  details: Record<string, unknown>;
}

const CLASSES = { InputError, FormatError, NumericalError, StoreError } as const;

/** Whether a job ended because it was cancelled. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What engines say when an array or a memory can't be had: V8, JavaScriptCore, SpiderMonkey. */
const NO_MEMORY =
  /allocation failed|could not allocate|out of memory|allocation size overflow|array buffer length|typed array length: \d{9}/i;

/** Whether an engine had no room for what was to be made; not an error of ours, which says so itself. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof PortolanError) return false;
  return (error.name === 'RangeError' || error.name === 'InternalError') && NO_MEMORY.test(error.message);
}

/** An error → plain data. A foreign error keeps its name and message and gets the code `internal`. */
export function errorToMessage(error: unknown): ErrorMessage {
  if (error instanceof PortolanError) {
    return { name: error.name, code: error.code, message: error.message, details: error.details };
  }
  if (isOutOfMemory(error)) {
    const message = `memory ran out (${(error as Error).message}); take a sample of the rows, or fewer columns by a PCA first, or close other pages and programs`;
    return { name: 'InputError', code: 'no-memory', message, details: {} };
  }
  if (isAbort(error)) return { name: 'AbortError', code: 'cancelled', message: 'cancelled', details: {} };
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  return { name, code: 'internal', message, details: {} };
}

/** Plain data → an error of the class that was sent. */
export function errorFromMessage({ name, code, message, details }: ErrorMessage): Error {
  if (name === 'AbortError') return new DOMException(message, 'AbortError');
  if (Object.hasOwn(CLASSES, name)) return new CLASSES[name as keyof typeof CLASSES](message, { code, details });
  const error = new Error(message);
  error.name = name;
  return error;
}
