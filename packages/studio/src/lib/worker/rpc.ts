/** Calls to a worker as promises: plain data both ways, errors with their class, buffers moved where asked. */
import { errorFromMessage, errorToMessage, type ErrorMessage } from '@portolan/core/base';

interface Call {
  id: number;
  method: string;
  args: unknown;
}
type Reply = { id: number; result: unknown } | { id: number; error: ErrorMessage } | { event: unknown };

/** What a worker can do: each takes one argument and may send events while it works. */
// eslint-disable-next-line typescript/no-explicit-any -- the argument of a method is its own affair
export type Api = Record<string, (args: never) => unknown>;

/** A result whose buffers are moved, not copied. */
export class Moved<T> {
  readonly value: T;
  readonly transfer: Transferable[];
  constructor(value: T, transfer: Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

type Unmoved<T> = T extends Moved<infer V> ? V : T;

/** The page's side of a dedicated worker. */
export interface Remote<A extends Api, E = never> {
  call<M extends keyof A & string>(
    method: M,
    args: Parameters<A[M]>[0],
    transfer?: Transferable[],
  ): Promise<Unmoved<Awaited<ReturnType<A[M]>>>>;
  onEvent: ((event: E) => void) | null;
  close(): void;
}

export function remote<A extends Api, E = never>(worker: Worker): Remote<A, E> {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  let last = 0;
  const self: Remote<A, E> = {
    onEvent: null,
    call(method, args, transfer = []) {
      return new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, method, args } satisfies Call, transfer);
      });
    },
    close() {
      worker.terminate();
      for (const { reject } of waiting.values()) reject(new DOMException('the worker was closed', 'AbortError'));
      waiting.clear();
    },
  };
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if ('event' in data) return self.onEvent?.(data.event as E);
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) call?.reject(errorFromMessage(data.error));
    else call?.resolve(data.result as never);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const error = new Error(event.message || 'the worker could not start');
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return self;
}

interface Scope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Call>) => void) | null;
}

/** The worker's side: answers calls by the methods of `api`; returns what sends an event. */
export function serve<E = never>(api: Api): (event: E, transfer?: Transferable[]) => void {
  const scope = globalThis as unknown as Scope;
  scope.onmessage = ({ data: { id, method, args } }) => {
    void answer(id, method, args);
  };
  async function answer(id: number, method: string, args: unknown): Promise<void> {
    try {
      const result = await api[method](args as never);
      if (result instanceof Moved) scope.postMessage({ id, result: result.value }, result.transfer);
      else scope.postMessage({ id, result });
    } catch (error) {
      scope.postMessage({ id, error: errorToMessage(error) });
    }
  }
  return (event, transfer = []) => scope.postMessage({ event }, transfer);
}
