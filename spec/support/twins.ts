import express, { type RequestHandler } from 'express';
import { JsonController, useExpressServer, type RoutingControllersOptions } from 'routing-controllers';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Cached } from '../../lib/index.js';
import { TestServer, type Answer, type Sent } from './server.js';

/** The three responses to one request. */
export interface Ways {
  readonly plain: Answer;
  readonly miss: Answer;
  readonly hit: Answer;
}

type Controller = abstract new (...args: never[]) => unknown;

/** Creates a controller of actions, and decorates each action with the given decorators. */
export type Actions = (kept: MethodDecorator) => Controller;

/** Serves the same actions twice behind the same middlewares: cached under `/cached`, and uncached under `/plain`. */
export class Twins {
  private constructor(readonly server: TestServer) {}

  static async behind(
    middlewares: readonly RequestHandler[],
    actions: Actions,
    options: RoutingControllersOptions = {},
  ): Promise<Twins> {
    const controllers = [
      controllerAt('/cached', actions(Cached({ timeout: 60 }))),
      controllerAt(
        '/plain',
        actions(() => undefined),
      ),
    ];
    const app = express();
    for (const middleware of middlewares) app.use(middleware);
    return new Twins(await TestServer.start(useExpressServer(app, { controllers, ...options })));
  }

  /** Sends one request three times. A HEAD can hit only after a GET. */
  async ask(path: string, sent: Sent = {}): Promise<Ways> {
    const plain = await this.server.send(`/plain${path}`, sent);
    const miss = await this.server.send(`/cached${path}`, sent);
    if (sent.method === 'HEAD') await this.server.get(`/cached${path}`, sent.headers);
    const hit = await this.server.send(`/cached${path}`, sent);
    expect([plain.outcome, miss.outcome, hit.outcome]).toEqual([undefined, 'fwd=miss', 'hit']);
    return { plain, miss, hit };
  }
}

function controllerAt(prefix: string, controller: Controller): new () => unknown {
  JsonController(prefix)(controller);
  return controller as new () => unknown;
}

/** The headers of the cache itself, and those with the time. */
const OF_THE_CACHE = ['cache-control', 'cache-status', 'date'];

/** Returns a response as its client sees it, without the headers of the cache. */
export function clientView({ status, headers, body }: Answer, ...unless: string[]): unknown {
  const left = Object.entries(headers).filter(([name]) => !OF_THE_CACHE.includes(name) && !unless.includes(name));
  return { status, headers: Object.fromEntries(left), text: decoded(headers['content-encoding'], body) };
}

function decoded(encoding: string | undefined, body: Buffer): string {
  if (body.length === 0) return '';
  switch (encoding) {
    case 'gzip':
      return gunzipSync(body).toString();
    case 'br':
      return brotliDecompressSync(body).toString();
    case 'deflate':
      return inflateSync(body).toString();
    default:
      return body.toString();
  }
}
