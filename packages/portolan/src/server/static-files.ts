/**
 * The studio's files, from one folder and never from beside it: a path is made of plain names, and what it leads to,
 * links followed, must still lie inside.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Handler } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Worth squeezing. Not wasm: over the loopback, brotli on 14 MB costs far more time than it saves. */
const TEXTS: readonly string[] = ['.html', '.js', '.mjs', '.css', '.json', '.map', '.txt', '.svg', '.webmanifest'];
const MIN_COMPRESSED = 1024;

const NAME = /^[A-Za-z0-9_@-][A-Za-z0-9._@-]*$/;
/** As the studio's build names them: `index-BxJ2k9_a.js` */
const HASHED = /^assets\/.+-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$/;

interface Loaded {
  readonly modified: number;
  readonly bytes: Buffer;
  readonly etag: string;
  readonly compressed: Map<string, Promise<Buffer>>;
}

/** Answers GET for the files in `root`; `/` is its index.html. Files may change while the server runs. */
export function staticFiles(root: string): Handler {
  const cache = new Map<string, Loaded>();

  return async (c) => {
    const name = fileName(c.req.path);
    const loaded = name === undefined ? undefined : await load(root, name, cache);
    if (name === undefined || !loaded)
      return c.text(`there is no ${JSON.stringify(c.req.path.slice(0, 100))} here\n`, 404);

    c.header('Content-Type', TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream');
    c.header('Cache-Control', HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache');
    c.header('ETag', loaded.etag);
    c.header('Vary', 'Accept-Encoding');
    if (c.req.header('if-none-match') === loaded.etag) return c.body(null, 304);

    const encoding =
      TEXTS.includes(extname(name)) && loaded.bytes.length >= MIN_COMPRESSED
        ? preferred(c.req.header('accept-encoding'))
        : undefined;
    const body = encoding ? await compressed(loaded, encoding) : loaded.bytes;
    if (encoding) c.header('Content-Encoding', encoding);
    c.header('Content-Length', String(body.length));
    return c.body(body as Uint8Array<ArrayBuffer>);
  };
}

/** `/assets/a.js` → `assets/a.js`; undefined for whatever is not a plain path. */
function fileName(path: string): string | undefined {
  if (path === '/') return 'index.html';
  const names = path.slice(1).split('/');
  return names.every((name) => NAME.test(name)) ? names.join('/') : undefined;
}

async function load(root: string, name: string, cache: Map<string, Loaded>): Promise<Loaded | undefined> {
  try {
    const base = await realpath(root);
    const path = await realpath(join(base, name));
    if (!path.startsWith(base + sep)) return undefined;
    const info = await stat(path);
    if (!info.isFile()) return undefined;
    const known = cache.get(name);
    if (known?.modified === info.mtimeMs) return known;
    const bytes = await readFile(path);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const loaded = { modified: info.mtimeMs, bytes, etag, compressed: new Map() };
    cache.set(name, loaded);
    return loaded;
  } catch {
    return undefined;
  }
}

function preferred(accepted = ''): 'br' | 'gzip' | undefined {
  const codings = accepted.split(',').map((coding) => coding.trim());
  return (['br', 'gzip'] as const).find((name) =>
    codings.some((coding) => coding === name || coding.startsWith(`${name};q=1`)),
  );
}

function compressed(loaded: Loaded, encoding: 'br' | 'gzip'): Promise<Buffer> {
  let bytes = loaded.compressed.get(encoding);
  if (!bytes) {
    bytes =
      encoding === 'br'
        ? promisify(brotliCompress)(loaded.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
        : promisify(gzip)(loaded.bytes);
    loaded.compressed.set(encoding, bytes);
  }
  return bytes;
}
