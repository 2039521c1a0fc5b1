import compression from 'compression';
import type { NextFunction, Request, Response } from 'express';
import session, { MemoryStore, type SessionOptions } from 'express-session';
import { ContentType, Get, Param, Req } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import type { Answer } from '../support/server.js';
import { streamOf } from '../support/stream.js';
import { clientView, Twins } from '../support/twins.js';

startAfresh();

const actions = (kept: MethodDecorator) => {
  class PagesController {
    @Get('/page/:name')
    @kept
    page(@Param('name') name: string) {
      return { name };
    }

    @Get('/stream')
    @kept
    @ContentType('text/plain')
    stream() {
      return streamOf(['one ', 'two']);
    }

    @Get('/empty')
    @kept
    empty() {
      return null;
    }

    @Get('/mine')
    @kept
    mine(@Req() request: Request) {
      return { session: request.sessionID };
    }

    @Get('/count')
    @kept
    count(@Req() request: Request) {
      Object.assign(request.session, { visits: 1 });
      return { session: request.sessionID };
    }

    @Get('/count-in-bytes')
    @kept
    countInBytes(@Req() request: Request) {
      Object.assign(request.session, { visits: 1 });
      return Buffer.from(JSON.stringify({ session: request.sessionID }));
    }
  }
  return PagesController;
};

let store: MemoryStore;
beforeEach(() => (store = new MemoryStore()));

const sessions = (options: Partial<SessionOptions>) =>
  session({ secret: 'a secret of the specs', store, resave: false, saveUninitialized: false, ...options });

function countVisits({ session }: Request, _response: Response, next: NextFunction) {
  const { visits = 0 } = session as { visits?: number };
  Object.assign(session, { visits: visits + 1 });
  next();
}

const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0];

/** With how the cookie is set, but not to what: each session has its own. */
function seenBy(answer: Answer, ...unless: string[]): unknown {
  const attributes = answer.headers['set-cookie']?.map(cookie => cookie.replace(/=[^;]*|Expires=[^;]*/g, ''));
  return [attributes, clientView(answer, 'set-cookie', ...unless)];
}

const kinds: [string, Partial<SessionOptions>][] = [
  ['sessions as they are advised', {}],
  ['sessions for all', { saveUninitialized: true }],
  ['rolling sessions', { rolling: true, cookie: { maxAge: 60_000 } }],
  ['sessions that are saved each time', { resave: true, saveUninitialized: true }],
];

describe.each(kinds)('behind express-session, with %s, a hit', (_name, options) => {
  it.each(['/page/one', '/stream', '/empty'])('answers as without a cache: %s', async path => {
    const ofStream = path === '/stream' ? ['content-length', 'transfer-encoding', 'etag'] : [];
    for (const middlewares of [[], [countVisits]]) {
      for (const method of ['GET', 'HEAD']) {
        await cache.clear();
        const twins = await Twins.behind([sessions(options), ...middlewares], actions);
        const { plain, miss, hit } = await twins.ask(path, { method });
        expect(seenBy(miss)).toEqual(seenBy(plain));
        expect(seenBy(hit, ...ofStream)).toEqual(seenBy(plain, ...ofStream));
        if (cookieOf(plain) !== undefined) expect(new Set([plain, miss, hit].map(cookieOf)).size).toBe(3);
      }
    }
  });

  it('has the session of its own client, and no other', async () => {
    const twins = await Twins.behind([sessions(options), countVisits], actions);
    const { hit: first } = await twins.ask('/page/one');
    const cookie = cookieOf(first)!;
    const again = [
      await twins.server.get('/cached/page/one', { cookie }),
      await twins.server.get('/plain/page/one', { cookie }),
      await twins.server.get('/cached/page/one', { cookie, 'if-none-match': '*' }),
    ];
    expect(again.map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, 'hit'],
      [200, undefined],
      [304, 'hit'],
    ]);
    expect(again.map(cookieOf)).toEqual(Array(3).fill(options.rolling === true ? cookie : undefined));
    expect(seenBy(again[0]!)).toEqual(seenBy(again[1]!));
    const kept = await new Promise<string[]>(resolve => {
      store.all((_error, all) => {
        resolve(Object.values(all as unknown as Record<string, { visits: number }>).map(({ visits }) => String(visits)));
      });
    });
    expect(kept.sort()).toEqual(['1', '1', '4']);
  });

  it('goes together with compression, in either order', async () => {
    const zip = compression({ threshold: 0 });
    for (const middlewares of [
      [zip, sessions(options), countVisits],
      [sessions(options), countVisits, zip],
    ]) {
      await cache.clear();
      const twins = await Twins.behind(middlewares, actions);
      const { plain, miss, hit } = await twins.ask('/page/one', { headers: { 'accept-encoding': 'gzip' } });
      expect(plain.headers['content-encoding']).toBe('gzip');
      expect([seenBy(miss), seenBy(hit)]).toEqual([seenBy(plain), seenBy(plain)]);
    }
  });
});

describe('behind express-session, an action that reads the request', () => {
  it.each([
    ['that every client is given', '/mine', { saveUninitialized: true }],
    ['that it begins itself', '/count', {}],
    ['that it begins itself, as bytes', '/count-in-bytes', {}],
  ])('sends no client the session of another %s', async (_name, path, options) => {
    const twins = await Twins.behind([sessions(options)], actions);
    const answers = [await twins.server.get(`/cached${path}`), await twins.server.get(`/cached${path}`)];
    for (const answer of answers) {
      const { session } = JSON.parse(answer.text) as { session: string };
      expect(decodeURIComponent(cookieOf(answer) ?? '')).toContain(`s:${session}.`);
    }
  });
});
