/** Opens the server on this machine's loopback address, and nowhere else. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { InputError } from '@portolan/core/base';
import type { Workbench } from '@portolan/core/workbench';
import { createApp } from './app.ts';

export interface ServerOptions {
  workbench: Workbench;
  /** the studio's build; without it only the API is served */
  studioDir?: string;
  /** a port to insist on; by default 7784 or the next that is free. 0: any */
  port?: number;
  /** by default 32 random bytes */
  token?: string;
  /** further origins that may call: a development server's, which passes calls on */
  origins?: readonly string[];
  /** bytes of a call's arguments, 256 MiB by default; of an upload, 2 GiB */
  maxMessage?: number;
  maxUpload?: number;
}

export interface RunningServer {
  /** with the token in it: to be opened once, the browser then keeps a cookie */
  url: string;
  /** without it */
  origin: string;
  port: number;
  token: string;
  /** ends connections, cancels jobs, removes uploads */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const FIRST_PORT = 7784;
const PORTS_TRIED = 20;

/** @throws InputError, code `port-taken`, when the port asked for is in use */
export async function startServer({
  port,
  token = randomBytes(32).toString('base64url'),
  ...options
}: ServerOptions): Promise<RunningServer> {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new InputError(`port ${port}: expected a whole number from 0 to 65535`, { code: 'port' });
  }
  if (!/^[\w-]{16,}$/.test(token)) throw new InputError('the token must have 16 or more letters, digits, - or _');

  let actualPort = 0;
  const app = createApp({ ...options, token, port: () => actualPort });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 15 * 60_000, // a whole upload
      keepAliveTimeout: 5_000,
    },
  }) as Server;
  server.maxConnections = 256;
  server.maxRequestsPerSocket = 0;

  try {
    actualPort = port === undefined ? await listenSomewhere(server) : await listen(server, port);
  } catch (error) {
    await app.close();
    throw error;
  }
  const origin = `http://${HOST}:${actualPort}`;
  return {
    url: `${origin}/?token=${token}`,
    origin,
    port: actualPort,
    token,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await app.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listenSomewhere(server: Server): Promise<number> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    try {
      return await listen(server, port);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return listen(server, 0);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(explained(error, port));
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new InputError(`port ${port} is taken; give another with --port, or none and a free one is found`, {
      code: 'port-taken',
      details: { port },
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new InputError(`port ${port} may not be used by this user; give one above 1023 with --port`, {
      code: 'port-taken',
      details: { port },
      cause: error,
    });
  }
  return error;
}
