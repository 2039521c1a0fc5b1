import cors from 'cors';
import type { RequestHandler } from 'express';
import { cache, type CacheFault } from '../../lib/index.js';
import { gunzipSync } from 'node:zlib';
import { parseEdgeRequest } from '../../lib/edge/parsed-request.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { startAfresh } from '../support/each.js';
import { members, startEdge, withNewMembers } from './members-server.js';

withNewMembers();
startAfresh();

const setting =
  (name: string, value: string | string[]): RequestHandler =>
  (_request, response, next) => {
    response.setHeader(name, value);
    next();
  };

describe('a response that was sent to one client', () => {
  it.each<[string, RequestHandler]>([
    ['sets a cookie', setting('Set-Cookie', ['session=1'])],
    ['varies on everything', setting('Vary', '*')],
    ['varies on a header that is not in the key', setting('Vary', 'Accept-Encoding, X-Tenant')],
    ['varies on the origin', cors({ origin: ['http://a.example', 'http://b.example'] })],
    ['is not to be stored, by a middleware', setting('Cache-Control', 'no-store')],
    ['is one caller’s, by a middleware', setting('Cache-Control', 'max-age=60, Private')],
  ])('does not answer others before Express when it %s', async (_what, middleware) => {
    const server = await startEdge(middleware);
    for (let request = 1; request <= 3; request++) {
      await server.get('/members/bob');
      expect(members.entered).toBe(request);
    }
    expect(members.reads).toBe(1);
  });

  it('does not answer others when it has trailers', async () => {
    const server = await startEdge(setting('Trailer', 'X-Digest'));
    for (let request = 1; request <= 3; request++) {
      expect((await server.get('/members/bob/stream')).text).toBe('one two three');
      expect(members.entered).toBe(request);
    }
  });

  it('answers others that send the same declared headers, and no others', async () => {
    const server = await startEdge();
    const path = '/members/bob/greeting';
    const languageOf = async (language: string) => {
      const { text } = await server.get(path, { 'x-language': language });
      return (JSON.parse(text) as { language: string }).language;
    };
    for (const language of ['en', 'de', 'en', 'de', 'fr', 'de']) expect(await languageOf(language)).toBe(language);
    expect((await server.get(path)).text).toBe('{"name":"bob"}');
    expect([members.entered, members.reads]).toEqual([4, 4]);
  });

  it('does not answer for another host: a middleware may have answered with its name', async () => {
    const server = await startEdge((request, response, next) => {
      response.setHeader('Link', `<https://${request.headers.host}/members>; rel=up`);
      next();
    });
    for (const host of ['a.example', 'b.example', 'a.example', 'b.example', 'b.example']) {
      const { headers } = await server.get('/members/bob', { host });
      expect(headers.link).toBe(`<https://${host}/members>; rel=up`);
    }
    expect(members.reads).toBe(1);
    const { entered } = members;
    await server.get('/members/bob', { host: 'b.example' });
    expect(members.entered).toBe(entered);
  });

  it('answers only clients that accept its encoding, if a middleware encodes without Vary', async () => {
    const server = await startEdge((request, response, next) => {
      if (request.headers['accept-encoding'] === 'x-nines') {
        const end = response.end.bind(response) as (bytes: Buffer) => typeof response;
        response.setHeader('Content-Encoding', 'x-nines');
        response.end = () => end(Buffer.alloc(5000, 9));
      }
      next();
    });
    const firstByte = async (headers = {}) => (await server.get('/members/bob/picture', headers)).body[0];
    for (let round = 0; round < 3; round++) {
      expect(await firstByte({ 'accept-encoding': 'x-nines' })).toBe(9);
      expect(await firstByte()).toBe(7);
    }
    expect([members.entered, members.reads]).toEqual([2, 1]);
  });

  it('does not answer a client with an empty Accept-Encoding with the response for a client without one', async () => {
    const server = await startEdge((request, response, next) => {
      response.vary('Accept-Encoding').setHeader('X-Accepted', String(request.headers['accept-encoding']));
      next();
    });
    for (let round = 0; round < 3; round++) {
      expect((await server.get('/members/bob')).headers['x-accepted']).toBe('undefined');
      expect((await server.get('/members/bob', { 'accept-encoding': '' })).headers['x-accepted']).toBe('');
    }
    expect(members.entered).toBe(2);
  });

  it('does not answer for another address, when a middleware leads the same URL elsewhere', async () => {
    let target = 'alice';
    const server = await startEdge((request, _response, next) => {
      request.url = request.url.replace('/me/', `/${target}/`);
      next();
    });
    await server.get('/members/bob/story');
    await server.get('/members/me/story');
    target = 'bob';
    const save = jest.spyOn(processCache.current.get().store, 'save');
    const gzip = { 'accept-encoding': 'gzip' };
    await server.get('/members/me/story', gzip);
    expect(save).not.toHaveBeenCalled();
    await server.get('/members/me/story', gzip);
    const answer = await server.get('/members/me/story', gzip);
    expect(JSON.parse(gunzipSync(answer.body).toString())).toMatchObject({ name: 'bob' });
  });

  it('differs from a request to a host with a slash in its name', async () => {
    const server = await startEdge();
    await server.get('/members/bob', { host: 'a' });
    await server.get('/members/bob', { host: 'a' });
    const forged = await server.get('/bob', { host: 'a/members' });
    expect(forged.status).toBe(404);
    const spellingOf = (host: string, url: string) =>
      parseEdgeRequest({ method: 'GET', url, headers: { host } } as never, {} as never)?.rawUrl;
    expect(spellingOf('a', '/members/bob')).not.toBe(spellingOf('a/members', '/bob'));
  });

  it('does not answer when a middleware has answered otherwise than the action', async () => {
    const server = await startEdge((request, response, next) => {
      if (request.query.teapot !== undefined) {
        const writeHead = response.writeHead.bind(response);
        response.writeHead = () => writeHead(418);
      }
      next();
    });
    for (let request = 0; request < 3; request++) expect((await server.get('/members/bob?teapot')).status).toBe(418);
    expect(members.entered).toBe(3);
  });

  it('leaves all requests to the app if a varyBy is configured, and reports that once', async () => {
    const errors: CacheFault[] = [];
    cache.configure({
      varyBy: () => 'a tenant',
      onError: error => errors.push(error),
    });
    const server = await startEdge();
    for (let request = 0; request < 3; request++) await server.get('/members/bob');
    expect([members.entered, members.reads]).toEqual([3, 1]);
    expect(errors.map(({ message }) => message)).toEqual([
      'CACHE_NOT_KEYED: MembersController.show: edge: true has no effect where cache.configure has a varyBy, which runs only behind Express. Leave one out.',
    ]);
  });
});
