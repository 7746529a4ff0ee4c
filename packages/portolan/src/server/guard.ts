/**
 * Who may talk to the server: programs that know the token, and pages that this server itself has sent.
 *
 * Host is checked against DNS rebinding, Origin and Sec-Fetch-Site against pages of other sites, the token (as a cookie
 * or a Bearer) against other people on this machine. Cookies know no ports, so the cookie's name carries it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

export interface GuardOptions {
  token: string;
  /** known once the server listens */
  port: () => number;
  /** further origins that may call: a development server's, which passes calls on */
  origins?: readonly string[];
}

/**
 * Pages run only this server's own scripts and talk only to it. Static style attributes in Svelte's templates are the
 * one inline thing allowed. COOP and COEP make the page cross-origin isolated, which threads need.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];

/** Sets the headers of every answer, and answers itself whatever may not pass. */
export function guard({ token, port, origins = [] }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    const hosts = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    const host = c.req.header('host');
    if (!host || !hosts.includes(host)) {
      return c.text(`Host ${printable(host)} is not this server: open http://${hosts[0]}/\n`, 403);
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}` && !origins.includes(origin)) {
      return c.text(`Origin ${printable(origin)} may not call this server\n`, 403);
    }
    const site = c.req.header('sec-fetch-site');
    if (site && !['same-origin', 'none'].includes(site) && !isNavigation(c) && !origins.includes(origin ?? '')) {
      return c.text(`a ${printable(site)} page may not call this server\n`, 403);
    }

    const given = c.req.query('token');
    if (given !== undefined && SAFE_METHODS.includes(c.req.method) && sameSecret(given, token)) {
      setCookie(c, cookieName(port()), token, { httpOnly: true, sameSite: 'Strict', path: '/' });
      c.header('Cache-Control', 'no-store');
      return c.redirect(withoutToken(c.req.url), 303);
    }
    const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const shown = bearer ?? getCookie(c, cookieName(port()));
    if (shown === undefined || !sameSecret(shown, token)) {
      c.header('WWW-Authenticate', 'Bearer');
      return c.text('this needs the token: open the address that `portolan studio` printed\n', 401);
    }
    return next();
  };
}

export function cookieName(port: number): string {
  return `portolan-${port}`;
}

/** Compares in a time that tells nothing, whatever the lengths. */
function sameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A person who follows a link here: it carries no cookie of ours unless they come from our own page. */
function isNavigation(c: Context): boolean {
  return c.req.header('sec-fetch-mode') === 'navigate' && c.req.method === 'GET' && !c.req.path.startsWith('/api/');
}

function withoutToken(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('token');
  // never `//host/…`, which a browser would read as another site's address
  return `/${url.pathname.replace(/^\/+/, '')}${url.search}`;
}

function printable(text = '(none)'): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
