import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { decodeMessage, encodeMessage } from '@portolan/core/workbench';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from './start-server.ts';
import type { RunningServer } from './start-server.ts';
import { slowWorkbench } from './workbench.fixture.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const MESSAGE = { 'Content-Type': 'application/x-portolan-message' };
let folder: string;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-server-test-'));
  const studio = join(folder, 'studio');
  await mkdir(join(studio, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'treasure');
  await writeFile(join(studio, 'index.html'), '<!doctype html><title>Studio</title>');
  await writeFile(join(studio, '.env'), 'treasure');
  await writeFile(join(studio, 'assets', 'index-AbCd_123.js'), `// ${'x'.repeat(5000)}`);
  await writeFile(join(studio, 'assets', 'ort-AbCd_123.wasm'), Buffer.alloc(2000));
  await writeFile(join(studio, 'assets', 'ort-AbCd_123.mjs'), 'export {}');
  await symlink(join(folder, 'secret.txt'), join(studio, 'link.txt'));
  await symlink(folder, join(studio, 'up'));
  server = await startServer({
    workbench: slowWorkbench(),
    studioDir: studio,
    port: 0,
    maxMessage: 4096,
    maxUpload: 100_000,
    origins: ['http://localhost:5173'],
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** As it is written, without fetch's tidying of paths and headers. */
function ask(
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = { Authorization: `Bearer ${server.token}`, ...headers };
    const call = request({ host: '127.0.0.1', port: server.port, path, method, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

const post = (path: string, args: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(path, { method: 'POST', headers: { ...MESSAGE, ...headers }, body: encodeMessage(args) });
const errorOf = ({ body }: Answer): { code: string; message: string } => JSON.parse(body.toString()).error;

describe('who may pass', () => {
  test('the token in the address becomes a cookie, and the address is cleaned', async () => {
    const first = await ask(`/?token=${server.token}&x=1`, { headers: { Authorization: '' } });
    expect([first.status, first.headers.location]).toEqual([303, '/?x=1']);
    const cookie = first.headers['set-cookie']![0];
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const page = await ask('/', { headers: { Authorization: '', Cookie: cookie.split(';')[0] } });
    expect([page.status, page.body.toString()]).toEqual([200, '<!doctype html><title>Studio</title>']);
  });

  test('the clean address never leads to another host', async () => {
    const { headers } = await ask(`//evil.example/?token=${server.token}`, { headers: { Authorization: '' } });
    expect(headers.location).toMatch(/^\/[^/]/);
  });

  test.each([
    ['no token', {}],
    ['a wrong one', { Authorization: `Bearer ${'x'.repeat(43)}` }],
    ['a shorter one', { Authorization: 'Bearer x' }],
    ['a wrong cookie', { Cookie: 'portolan-1=x' }],
  ])('%s: 401 in one line, for pages, files and calls', async (_, headers) => {
    for (const path of ['/', '/assets/index-AbCd_123.js', '/api/jobs', `/?token=wrong`]) {
      const { status, body } = await ask(path, { headers: { Authorization: '', ...headers } });
      expect([path, status]).toEqual([path, 401]);
      expect(body.toString().trim().split('\n')).toHaveLength(1);
    }
  });

  test.each([
    ['another Host', { Host: 'evil.example' }],
    ['the Host without its port', { Host: '127.0.0.1' }],
    ['another Origin', { Origin: 'https://evil.example' }],
    ['no Origin to speak of', { Origin: 'null' }],
    ["another port's Origin", { Origin: 'http://127.0.0.1:1' }],
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }],
  ])('%s: 403 in one line, with the token too', async (_, headers) => {
    for (const path of ['/', '/api/jobs', `/?token=${server.token}`]) {
      const answer = await ask(path, { headers });
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.body.toString().trim().split('\n')).toHaveLength(1);
    }
  });

  test('its own pages, localhost, and an origin that was named', async () => {
    const names = [`127.0.0.1:${server.port}`, `localhost:${server.port}`];
    for (const host of names) {
      expect((await ask('/api/jobs', { headers: { Host: host, Origin: `http://${host}` } })).status).toBe(200);
    }
    expect((await ask('/api/jobs', { headers: { Origin: 'http://localhost:5173' } })).status).toBe(200);
  });
});

describe('files', () => {
  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..%252fsecret.txt',
    '//etc/passwd',
    '/%2fetc/passwd',
    '/etc/passwd',
    '/link.txt',
    '/up/secret.txt',
    '/.env',
    '/assets',
    '/assets/',
    '/index.html%00.txt',
    '/index.html/',
    '/%ff',
  ])('%s is not there', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body.toString()).not.toContain('treasure');
  });

  test('types, caching, compression and 304', async () => {
    const script = await ask('/assets/index-AbCd_123.js', { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(brotliDecompressSync(script.body)).toHaveLength(5003);
    const again = await ask('/assets/index-AbCd_123.js', { headers: { 'If-None-Match': script.headers.etag! } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const wasm = await ask('/assets/ort-AbCd_123.wasm', { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect(wasm.headers['content-type']).toBe('application/wasm');
    expect(wasm.headers['content-encoding']).toBeUndefined();
    expect((await ask('/assets/ort-AbCd_123.mjs')).headers['content-type']).toMatch(/^text\/javascript/);
    const page = await ask('/', { method: 'HEAD' });
    expect([page.status, page.headers['cache-control'], page.body.length]).toEqual([200, 'no-cache', 0]);
  });

  test('every answer isolates the page and runs no script but ours', async () => {
    for (const path of ['/', '/nothing', '/api/jobs', '/api/call/nothing']) {
      const { headers } = await ask(path);
      expect(headers).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      const policy = headers['content-security-policy'] as string;
      expect(policy).toContain("default-src 'none'");
      expect(policy.match(/script-src [^;]*/)![0]).toBe("script-src 'self' 'wasm-unsafe-eval'");
    }
  });
});

describe('calls', () => {
  test('a verb answers with a message', async () => {
    const answer = await post('/api/call/rows', { data: 'digits' });
    expect(answer.status).toBe(200);
    expect(decodeMessage(answer.body)).toEqual({
      data: Uint8Array.of(1, 2, 3, 4),
      nSamples: 2,
      nFeatures: 2,
      scale: 1 / 255,
    });
  });

  test.each(['__proto__', 'constructor', 'toString', 'learn', 'pace', 'received', 'hasOwnProperty', ''])(
    '%s is no verb to call',
    async (verb) => expect((await post(`/api/call/${verb}`, {})).status).toBe(404),
  );
  test.each(['__proto__', 'constructor', 'show', 'valueOf'])('%s is no job', async (verb) =>
    expect((await post(`/api/jobs/${verb}`, {})).status).toBe(404),
  );

  test('errors keep their code and details', async () => {
    const missing = await post('/api/call/show', { id: 'x' });
    expect([missing.status, errorOf(missing)]).toMatchObject([404, { code: 'no-such-item', details: { id: 'x' } }]);
    const bug = await post('/api/call/columns', { data: 'x' });
    expect([bug.status, errorOf(bug)]).toMatchObject([500, { code: 'internal', message: 'a bug' }]);
  });

  test.each([
    ['show', undefined],
    ['show', { id: 7 }],
    ['show', { id: 'x', further: 1 }],
    ['show', ['x']],
    ['rows', { data: 'digits', indices: [1, 2] }],
    ['rows', { data: 'digits', count: -1 }],
    ['decode', { space: 's', codes: { rows: 2, cols: 2, data: new Float32Array(3) } }],
    ['decode', { space: 's', codes: { rows: 2, cols: 2, data: [1, 2, 3, 4] } }],
  ])('%s(%j) is refused before it reaches the Workbench', async (verb, args) => {
    const answer = await post(`/api/call/${verb}`, args);
    expect([answer.status, errorOf(answer)]).toMatchObject([400, { code: 'input' }]);
  });

  test('bodies are bounded, typed and must be messages', async () => {
    const large = await post('/api/call/show', { id: 'x'.repeat(5000) });
    expect([large.status, errorOf(large)]).toMatchObject([
      413,
      { code: 'too-large', message: expect.stringContaining('4 KiB') },
    ]);
    const chunked = await post('/api/call/show', { id: 'x'.repeat(5000) }, { 'Transfer-Encoding': 'chunked' });
    expect(chunked.status).toBe(413);
    const promised = ask('/api/call/show', {
      method: 'POST',
      headers: { ...MESSAGE, 'Content-Length': '99999999999' },
    });
    await expect(promised.then(({ status }) => status)).resolves.toBe(413);
    expect((await post('/api/call/show', { id: 'x' }, { 'Content-Type': 'text/plain' })).status).toBe(415);
    const garbage = await ask('/api/call/show', { method: 'POST', headers: MESSAGE, body: Buffer.from('garbage') });
    expect([garbage.status, errorOf(garbage)]).toMatchObject([422, { code: 'format' }]);
    const upload = { 'Content-Type': 'application/x-portolan-upload' };
    const flood = await ask('/api/uploads', { method: 'POST', headers: upload, body: Buffer.alloc(200_000) });
    expect(flood.status).toBe(413);
    const cut = await ask('/api/uploads', { method: 'POST', headers: upload, body: Buffer.from([255, 0, 0, 0, 1]) });
    expect([cut.status, errorOf(cut)]).toMatchObject([422, { code: 'format' }]);
    const header = await ask('/', { headers: { 'X-Long': 'x'.repeat(20_000) } });
    expect(header.status).toBe(431);
  });

  test('a file that was never sent, and a job that never was', async () => {
    const answer = await post('/api/jobs/addData', { files: [{ upload: '../../etc', index: 0 }] });
    expect([answer.status, errorOf(answer)]).toMatchObject([404, { code: 'no-such-upload' }]);
    for (const path of ['/api/jobs/nope/events', '/api/jobs/nope/result', '/api/jobs/__proto__/result']) {
      expect((await ask(path)).status).toBe(404);
    }
    expect((await ask('/api/jobs/nope/pause', { method: 'POST' })).status).toBe(404);
    expect((await ask('/api/jobs/nope/explode', { method: 'POST' })).status).toBe(404);
    expect((await ask('/api/jobs/nope/step?of=generator', { method: 'POST' })).status).toBe(404);
  });
});

describe('the port', () => {
  test('one that is taken: one line with the way out; without one asked for, another is found', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(startServer({ workbench: slowWorkbench(), port })).rejects.toThrow(
      `port ${port} is taken; give another with --port, or none and a free one is found`,
    );
    blocker.close();
    const [one, two] = [
      await startServer({ workbench: slowWorkbench() }),
      await startServer({ workbench: slowWorkbench() }),
    ];
    expect(one.port).not.toBe(two.port);
    await Promise.all([one.close(), two.close()]);
    await expect(startServer({ workbench: slowWorkbench(), port: 1e6 })).rejects.toThrow(/0 to 65535/);
  });

  test('it listens on the loopback address only', () => expect(server.origin).toBe(`http://127.0.0.1:${server.port}`));
});
