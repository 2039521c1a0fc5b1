import cookieSession from 'cookie-session';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Get, Header, Param, Req, SessionParam } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import type { Answer } from '../support/server.js';
import { clientView, Twins } from '../support/twins.js';

startAfresh();

let secrets: number;
beforeEach(() => (secrets = 0));

/** The types of express-session, of which an application has but one, say otherwise. */
const sessionOf = (request: Request) => request.session as { user?: unknown; secret?: number };

const actions = (kept: MethodDecorator) => {
  class PagesController {
    @Get('/page/:name')
    @kept
    page(@Param('name') name: string) {
      return { name };
    }

    @Get('/greeting')
    @kept
    @Header('Content-Language', 'en')
    greeting(@SessionParam('user') user: string) {
      return { hello: user };
    }

    @Get('/form')
    @kept
    form(@Req() request: Request) {
      const session = sessionOf(request);
      session.secret ??= ++secrets;
      return { secret: session.secret };
    }
  }
  return PagesController;
};

const sessions = cookieSession({ name: 'session', keys: ['a key of the specs'] });

/** What a login or a counter of visits does before the action, when the request asks for it. */
function change(request: Request, _response: Response, next: NextFunction) {
  const { 'x-sign-in': user, 'x-sign-out': out } = request.headers;
  if (user !== undefined) sessionOf(request).user = user;
  if (out !== undefined) Object.assign(request, { session: null });
  next();
}

const start = (...more: RequestHandler[]) => Twins.behind([sessions, change, ...more], actions);

const cookieOf = ({ headers }: Answer) => (headers['set-cookie'] ?? []).map(cookie => cookie.split(';')[0]).join('; ');

describe('behind cookie-session, a hit', () => {
  it.each([
    ['without a session', {}, 0],
    ['whose session begins', { 'x-sign-in': 'ann' }, 2],
    ['whose session ends', { 'x-sign-out': '1' }, 2],
  ])('of a client %s answers as without a cache', async (_name, headers, cookies) => {
    for (const method of ['GET', 'HEAD']) {
      await cache.clear();
      const twins = await start();
      const { plain, miss, hit } = await twins.ask('/page/one', { method, headers });
      expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
      expect(plain.headers['set-cookie'] ?? []).toHaveLength(cookies);
    }
  });

  it('sets the cookies of its own session, also if another client filled the cache', async () => {
    const twins = await start();
    const ann = await twins.server.get('/cached/page/one', { 'x-sign-in': 'ann' });
    const ben = await twins.server.get('/cached/page/one', { 'x-sign-in': 'ben' });
    const nobody = await twins.server.get('/cached/page/one');
    expect([ann, ben, nobody].map(({ outcome }) => outcome)).toEqual(['fwd=miss', 'hit', 'hit']);
    expect(cookieOf(ann)).not.toBe(cookieOf(ben));
    expect(cookieOf(ben)).toBe(cookieOf(await twins.server.get('/plain/page/one', { 'x-sign-in': 'ben' })));
    expect(nobody.headers).not.toHaveProperty('set-cookie');
  });

  it('sets them with a 304, too', async () => {
    const twins = await start();
    const { etag } = (await twins.server.get('/plain/page/one')).headers;
    const { plain, miss, hit } = await twins.ask('/page/one', { headers: { 'if-none-match': etag!, 'x-sign-in': 'ann' } });
    expect(plain.status).toBe(304);
    expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
  });

  it('of a value of the session is only for clients with an equal value', async () => {
    const twins = await start();
    const cookies = new Map<string, string>();
    for (const user of ['ann', 'ben']) {
      cookies.set(user, cookieOf(await twins.server.get('/plain/page/one', { 'x-sign-in': user })));
      const { plain, miss, hit } = await twins.ask('/greeting', { headers: { cookie: cookies.get(user)! } });
      expect(plain.text).toBe(`{"hello":"${user}"}`);
      expect([clientView(miss, 'vary'), clientView(hit, 'vary')]).toEqual([clientView(plain), clientView(plain)]);
      expect(hit.headers).toMatchObject({ vary: 'Cookie', 'cache-control': 'private, no-cache' });
    }
    expect((await twins.ask('/greeting')).hit.text).toBe('{}');
  });
});

describe('behind cookie-session, an action that reads the request', () => {
  it('sends no session that began in the request of another client', async () => {
    const twins = await start();
    const ann = await twins.server.get('/cached/form');
    const ben = await twins.server.get('/cached/form');
    expect([ann.text, ben.text]).toEqual(['{"secret":1}', '{"secret":2}']);
    expect(cookieOf(ann)).not.toBe(cookieOf(ben));
  });

  it('is not stored for a client with a session', async () => {
    const twins = await start();
    const cookie = cookieOf(await twins.server.get('/plain/form'));
    for (const path of ['/cached/form', '/cached/form']) {
      const answer = await twins.server.get(path, { cookie });
      expect([answer.outcome, answer.text]).toEqual(['fwd=miss', '{"secret":1}']);
    }
  });
});
