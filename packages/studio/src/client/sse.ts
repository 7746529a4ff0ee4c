/** Server-Sent Events from a fetch body, as the HTML standard parses them: in any engine, with any headers. */

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const line of lines(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') };
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue; // a comment: the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let parts: string[] = []; // of a line that goes on: joined once, however many chunks it takes
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const pieces = decoder.decode(value, { stream: true }).split('\n');
      for (const piece of pieces.slice(0, -1)) {
        yield [...parts, piece].join('').replace(/\r$/, '');
        parts = [];
      }
      parts.push(pieces[pieces.length - 1]);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
