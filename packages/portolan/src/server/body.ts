/** Request bodies, never more of them than a route allows, whatever the headers promise. */
import { InputError } from '@portolan/core/base';

export class TooLarge extends InputError {
  constructor(limit: number, what: string) {
    super(`${what} may have ${readable(limit)}, got more`, { code: 'too-large', details: { limit } });
  }
}

/**
 * The body's chunks as they come.
 * @throws TooLarge as soon as its length is announced or found to be over the limit
 */
export async function* bodyChunks(request: Request, limit: number, what: string): AsyncGenerator<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw new TooLarge(limit, what);
  if (!request.body) return;
  let length = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > limit) throw new TooLarge(limit, what);
    yield chunk;
  }
}

/** The whole body in memory. */
export async function readBody(request: Request, limit: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(request, limit, what)) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0] : new Uint8Array(Buffer.concat(chunks));
}

function readable(bytes: number): string {
  const unit = [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ].find(([, size]) => bytes >= (size as number));
  return unit ? `${Math.round((bytes / (unit[1] as number)) * 10) / 10} ${unit[0]}` : `${bytes} bytes`;
}
