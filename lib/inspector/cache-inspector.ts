import type { IncomingMessage, ServerResponse } from 'node:http';
import { validationErrors } from '../options/validate.js';
import { CacheConfigError, CacheUsageError } from '../errors/cache-errors.js';
import { processCache } from '../cache/process-cache.js';
import { forgeryRefusal, loopbackRefusal, NO_TOKEN } from './access.js';
import { execute, readCommand } from './command.js';
import { findEntries } from './entry-list.js';
import { EventStream } from './event-stream.js';
import { RecentActivity } from './recent-activity.js';
import { InspectorOptions, type CacheInspectorOptions } from './inspector-options.js';
import { OwnToken } from './own-token.js';
import { sendPageFile } from './page-files.js';
import { TimeSeries, type Sample } from './time-series.js';

/** A router for `app.use`. */
export interface Inspector {
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void;
  /** The link to the page, or `?token=…` without the option `url`; `undefined` with `authorize`. */
  readonly link: string | undefined;
  /** Ends the subscriptions of the inspector, and closes the connections of its pages. */
  close(): void;
}

const HEADERS = {
  'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Creates a page that shows the activity of the cache live. Authorised users may invalidate entries.
 *
 * @throws CacheConfigError with all mistakes
 *
 * @example
 * ```ts
 * import type { IncomingMessage } from 'node:http';
 * import express from 'express';
 * import { cacheInspector } from 'routing-controllers-cache/inspector';
 *
 * declare function userOf(request: IncomingMessage): Promise<{ isAdmin: boolean } | undefined>;
 *
 * const app = express();
 * app.use('/cache', cacheInspector({ authorize: async request => (await userOf(request))?.isAdmin === true }));
 * ```
 */
export function cacheInspector(options: CacheInspectorOptions = {}): Inspector {
  const { authorize, token, url = '' } = checked(options);
  const own = authorize === undefined ? new OwnToken(token) : undefined;
  const history = new RecentActivity(() => processCache.current.get().clock);
  const bypass = new TimeSeries(() => sampleOf(history));
  const feed = new EventStream({
    past: () => ({ ...bypass.report(), isLocalOnly: authorize === undefined }),
    now: () => ({ nowMs: now(), stats: processCache.cache.stats(), ...history.report() }),
  });

  const refusalOf = async (request: IncomingMessage): Promise<string | undefined> => {
    if (authorize === undefined) {
      const isKnown = own?.isSentBy(request) === true || own?.isIn(request) === true;
      return loopbackRefusal(request) ?? (isKnown ? undefined : NO_TOKEN);
    }
    try {
      if (await authorize(request)) return undefined;
    } catch (error) {
      report('authorize of the cache inspector threw', error);
    }
    return 'You may not see the cache inspector.';
  };

  const watch = (response: ServerResponse): void => {
    if (!feed.add(response)) sendText(response, 503, 'Too many clients are connected, or the inspector is closed.');
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = await refusalOf(request);
    if (refusal !== undefined) {
      sendText(response, 403, refusal);
      return;
    }
    const { pathname, searchParams } = new URL(`http://_${request.url ?? '/'}`);
    if (request.method === 'POST' && pathname === '/invalidate') await change(request, response);
    else if (request.method !== 'GET' && request.method !== 'HEAD') sendText(response, 405, 'Use GET.');
    else if (pathname === '/') sendPage(request, response, own?.isIn(request) === true ? own : undefined);
    else if (pathname === '/events' && request.method === 'GET') watch(response);
    else if (pathname === '/entries')
      sendJson(response, findEntries(processCache.current.get().store, searchParams.get('q') ?? '', now()));
    else if (pathname === '/audit') sendJson(response, processCache.cache.audit());
    else if (!sendPageFile(request, response, pathname.slice(1))) sendText(response, 404, 'There is no such page.');
  };

  const inspector = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      report('a request to the cache inspector failed', error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'The cache inspector failed.');
    });
  };
  if (own !== undefined && token === undefined) {
    process.stderr.write(`Open the cache inspector by this link: ${url === '' ? '(its address)/' : url}${own.query}\n`);
  }
  return Object.assign(inspector, {
    link: own && `${url}${own.query}`,
    close: () => {
      history.close();
      bypass.close();
      feed.close();
    },
  });
}

function now(): number {
  return processCache.current.get().clock.now();
}

/** Creates no cache: a cache with the defaults could exist before the application configures its own. */
function sampleOf(history: RecentActivity): Sample | undefined {
  const runtime = processCache.current.currentOrUndefined();
  if (runtime === undefined) return undefined;
  const { entries, bytes, hits, misses, stale, collapsed } = runtime.stats();
  return {
    atMs: runtime.clock.now(),
    entries,
    bytes,
    hits,
    asked: hits + misses + stale + collapsed,
    actions: history.samples(),
  };
}

function report(message: string, error: unknown): void {
  processCache.current.get().faults.report('CACHE_INSPECTOR_FAILED', message, error);
}

function checked(options: CacheInspectorOptions): InspectorOptions {
  const given = Object.assign(new InspectorOptions(), options);
  const mistakes = validationErrors(given);
  if (mistakes.length > 0) throw new CacheConfigError(mistakes.map(mistake => `cacheInspector: ${mistake}`));
  return given;
}

/**
 * Sends the page, or redirects to the mount path with a slash, because the page has relative URLs.
 *
 * @param token the token, which moves from the URL, where others could see it, to a cookie
 */
function sendPage(request: IncomingMessage, response: ServerResponse, token: OwnToken | undefined): void {
  const { pathname } = new URL(`http://_${(request as { originalUrl?: string }).originalUrl ?? '/'}`);
  const isWhole = pathname.endsWith('/');
  token?.remember(response, isWhole ? pathname : `${pathname}/`);
  if (isWhole && token === undefined) sendPageFile(request, response, 'index.html');
  else response.writeHead(302, { Location: isWhole ? './' : `${pathname.slice(pathname.lastIndexOf('/') + 1)}/` }).end();
}

async function change(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const forgery = forgeryRefusal(request);
  if (forgery !== undefined) {
    sendText(response, 403, forgery);
    return;
  }
  const order = await readCommand(request);
  if (order === undefined) {
    sendText(response, 400, 'Send { "prefix": "/users" }, { "tag": "user:bob" } or { "clear": true }.');
    return;
  }
  try {
    await execute(order, processCache.cache);
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof CacheUsageError)) throw error;
    sendText(response, 400, error.mistakes.join(' '));
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(`${text}\n`);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(value));
}
