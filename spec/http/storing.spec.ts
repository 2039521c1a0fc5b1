import { get as httpGet, type ClientRequest } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { NextFunction, Request, Response } from 'express';
import { Authorized, CurrentUser, Get, HeaderParam, JsonController, Param, Res, UseAfter, UseBefore } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { Deferred } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { streamOf } from '../support/stream.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs: number;
beforeEach(() => (runs = 0));

let requestId = 0;
function perRequest(request: Request, response: Response, next: NextFunction) {
  response.set('X-Request-Id', String(++requestId));
  response.set('Access-Control-Allow-Origin', request.get('origin') ?? '*');
  response.vary('Origin');
  response.cookie('seen', String(requestId));
  response.append('Link', `</${requestId}>; rel=request`);
  next();
}

const headerSets: Record<string, Record<string, string | string[]>> = {
  cookie: { 'Set-Cookie': 'a=1' },
  'vary-star': { Vary: '*' },
  'vary-unkeyed': { Vary: 'Accept-Encoding' },
  'vary-keyed': { Vary: 'x-language' },
  'no-store': { 'Cache-Control': 'no-store' },
  'no-cache': { 'Cache-Control': 'no-cache="x, y", max-age=60' },
  private: { 'Cache-Control': 'private, max-age=60' },
  'max-age': { 'Cache-Control': 'public, max-age=60' },
  's-maxage': { 'Cache-Control': 'max-age=60, s-maxage=5' },
  'max-age-huge': { 'Cache-Control': 'max-age=99999999999999999999' },
  'max-age-0': { 'Cache-Control': 'max-age=0' },
  'max-age-nonsense': { 'Cache-Control': 'max-age=soon' },
  quoted: { 'Cache-Control': 'x="no-store", max-age="7"' },
  'hop-by-hop': { Connection: 'X-Secret', 'X-Secret': '1', 'Keep-Alive': 'timeout=1' },
  expired: { Expires: '0' },
  'expired-long-ago': { Expires: 'Thu, 01 Jan 1970 00:00:00 GMT' },
  'aged-out': { 'Cache-Control': 'max-age=10', Age: '10' },
  expires: { Expires: 'Thu, 01 Jan 2026 00:01:00 GMT', Age: '20' },
  removed: {},
};

@JsonController('/storing')
class StoringController {
  @Get('/set/:name')
  @Cached({ timeout: 100 })
  set(@Param('name') name: string, @HeaderParam('X-Language') _language: string, @Res() response: Response) {
    for (const [header, value] of Object.entries(headerSets[name] ?? {})) response.setHeader(header, value);
    return { runs: ++runs };
  }

  @Get('/mine')
  @Cached({ clientTimeout: 30 })
  mine(@CurrentUser() user: string, @Res() response: Response) {
    if (user === 'own-word') response.set('Cache-Control', 'private, max-age=9');
    if (user === 'expires') response.set('Expires', 'Thu, 01 Jan 2099 00:00:00 GMT');
    return { user, runs: ++runs };
  }

  @Get('/authorized')
  @Cached()
  @Authorized()
  authorized() {
    return { runs: ++runs };
  }

  @Get('/client/:seconds')
  @Cached({ clientTimeout: 30 })
  client(@Param('seconds') seconds: string) {
    return { seconds, runs: ++runs };
  }

  @Get('/middleware')
  @Cached()
  @UseBefore(perRequest)
  @UseAfter((_request: Request, response: Response, next: NextFunction) => {
    if (!response.headersSent) response.set('X-After', '1');
    next();
  })
  middleware(@Res() response: Response) {
    response.append('Link', '</mine>; rel=handler');
    response.removeHeader('X-Powered-By');
    return { runs: ++runs };
  }

  @Get('/lists')
  @Cached()
  @UseBefore((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Vary', ['Origin']);
    response.setHeader('Link', ['<m>']);
    next();
  })
  lists(@Res() response: Response) {
    response.appendHeader('Link', '<h>');
    return { runs: ++runs };
  }

  @Get('/lists-and-vary')
  @Cached()
  @UseBefore((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Vary', ['Origin']);
    next();
  })
  listsAndVary(@Res() response: Response) {
    response.appendHeader('Vary', 'Accept');
    return { runs: ++runs };
  }

  @Get('/broken-stream')
  @Cached()
  async brokenStream(@Res() response: Response) {
    runs++;
    const broken = async function* () {
      yield 'half ';
      await new Promise(resolve => setImmediate(resolve));
      throw new Error('the disk is gone');
    };
    await new Promise(resolve => pipeline(Readable.from(broken()), response, resolve));
    return response;
  }

  @Get('/short')
  @Cached()
  short(@Res() response: Response) {
    runs++;
    response.on('error', () => undefined);
    response.setHeader('Content-Length', '10');
    response.write('short');
    response.end();
    return response;
  }

  @Get('/chunks')
  @Cached()
  chunks() {
    runs++;
    return streamOf(['a', Buffer.from('b'), 'ü']);
  }

  @Get('/attachment')
  @Cached()
  attachment(@Res() response: Response) {
    response.attachment('Übersicht.csv');
    return streamOf([Buffer.from('a;'), Buffer.from('b')]);
  }

  @Get('/events')
  @Cached()
  events(@Res() response: Response) {
    runs++;
    response.type('text/event-stream').write('data: 1\n\n');
    return new Promise<Response>(resolve => response.once('close', () => resolve(response)));
  }

  @Get('/slow')
  @Cached()
  async slow() {
    runs++;
    await held.promise;
    return { runs };
  }
}

let held: Deferred;

const start = () =>
  TestServer.ofControllers([StoringController], {
    authorizationChecker: () => true,
    currentUserChecker: ({ request }) => (request as Request).get('x-user'),
  });

describe('a response is not stored', () => {
  it.each([
    'cookie',
    'vary-star',
    'vary-unkeyed',
    'no-store',
    'no-cache',
    'private',
    'max-age-0',
    'max-age-nonsense',
    'expired',
    'expired-long-ago',
    'aged-out',
  ])('with %s', async name => {
    const server = await start();
    const answers = [await server.get(`/storing/set/${name}`), await server.get(`/storing/set/${name}`)];
    expect(answers.map(({ outcome, text }) => [outcome, text])).toEqual([
      ['fwd=miss', '{"runs":1}'],
      ['fwd=miss', '{"runs":2}'],
    ]);
    for (const [header, value] of Object.entries(headerSets[name]!)) {
      const sent = answers[1]!.headers[header.toLowerCase()];
      if (header === 'Vary') expect(sent).toContain(value);
      else expect(sent).toEqual(header === 'Set-Cookie' ? [value] : value);
    }
  });

  it('when its stream breaks', async () => {
    const server = await start();
    await expect(server.get('/storing/broken-stream')).rejects.toThrow();
    expect(cache.stats().entries).toBe(0);
  });

  it('when it is shorter than its Content-Length', async () => {
    const server = await start();
    await server.get('/storing/short').catch(() => undefined);
    expect(cache.stats().entries).toBe(0);
  });
});

describe('a response is stored', () => {
  it.each(['vary-keyed', 'max-age', 's-maxage', 'quoted'])('with %s', async name => {
    const server = await start();
    await server.get(`/storing/set/${name}`);
    expect((await server.get(`/storing/set/${name}`)).outcome).toBe('hit');
  });

  it('for 2 ** 31 seconds at most, also if its Cache-Control has a larger number (RFC 9111 §1.2.2)', async () => {
    holdTime();
    const server = await TestServer.ofControllers([StoringController]);
    await server.get('/storing/set/max-age-huge');
    const status = String((await server.get('/storing/set/max-age-huge')).headers['cache-status']);
    expect(status).toBe(`routing-controllers-cache; hit; ttl=${2 ** 31}`);
  });

  it('for the lifetime of its own Cache-Control, which is sent with its age', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/storing/set/s-maxage');
    time.forwardSeconds(3);
    const hit = await server.get('/storing/set/s-maxage');
    expect(hit.headers).toMatchObject({
      'cache-control': 'max-age=60, s-maxage=5',
      'cache-status': 'routing-controllers-cache; hit; ttl=2',
      age: '3',
    });
    time.forwardSeconds(2);
    expect((await server.get('/storing/set/s-maxage')).outcome).toBe('fwd=miss');
  });

  it('until it expires by its own word, less the age that it had', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/storing/set/expires');
    time.forwardSeconds(10);
    const hit = await server.get('/storing/set/expires');
    expect(hit.headers).toMatchObject({ 'cache-status': 'routing-controllers-cache; hit; ttl=30', age: '30' });
    expect(hit.headers).not.toHaveProperty('cache-control');
    time.forwardSeconds(30);
    expect((await server.get('/storing/set/expires')).outcome).toBe('fwd=miss');
  });

  it('without the headers of one connection', async () => {
    const server = await start();
    await server.get('/storing/set/hop-by-hop');
    const { headers, outcome } = await server.get('/storing/set/hop-by-hop');
    expect(outcome).toBe('hit');
    expect(headers).not.toHaveProperty('x-secret');
    expect(headers.connection).not.toContain('X-Secret');
  });

  it('from chunks, with the exact length on a hit', async () => {
    const server = await start();
    const miss = await server.get('/storing/chunks');
    expect(miss.headers['transfer-encoding']).toBe('chunked');
    const hit = await server.get('/storing/chunks');
    expect(hit.headers['transfer-encoding']).toBeUndefined();
    expect([hit.text, hit.headers['content-length']]).toEqual(['abü', '4']);
  });

  it('with the headers of its handler only: those of middlewares are fresh on each hit', async () => {
    const server = await start();
    const miss = await server.get('/storing/middleware', { origin: 'https://one.example' });
    const hit = await server.get('/storing/middleware', { origin: 'https://two.example' });
    expect([miss.outcome, hit.outcome]).toEqual(['fwd=miss', 'hit']);
    expect(hit.headers['x-request-id']).not.toBe(miss.headers['x-request-id']);
    expect(hit.headers['access-control-allow-origin']).toBe('https://two.example');
    expect(hit.headers['set-cookie']).toEqual([`seen=${hit.headers['x-request-id'] as string}; Path=/`]);
    expect(hit.headers.link).toBe(`</${hit.headers['x-request-id'] as string}>; rel=request, </mine>; rel=handler`);
    expect(hit.headers.vary).toBe('Origin');
    expect(hit.headers).not.toHaveProperty('x-powered-by');
  });
});

describe('a header that a middleware has set as a list', () => {
  it('is stored without the values of the middleware', async () => {
    const server = await start();
    await server.get('/storing/lists');
    expect(await server.get('/storing/lists')).toMatchObject({ outcome: 'hit', headers: { link: '<m>, <h>', vary: 'Origin' } });
    await server.get('/storing/lists-and-vary');
    expect(await server.get('/storing/lists-and-vary')).toMatchObject({
      outcome: 'fwd=miss',
      headers: { vary: 'Origin, Accept' },
    });
  });
});

describe('the Cache-Control of a response', () => {
  it('demands a request each time, or allows a lifetime', async () => {
    const server = await start();
    expect((await server.get('/storing/set/removed')).headers['cache-control']).toBe('no-cache');
    for (let time = 0; time < 2; time++)
      expect((await server.get('/storing/client/1')).headers['cache-control']).toBe('max-age=30');
  });

  it('is private if the response is for one caller', async () => {
    const server = await start();
    for (let time = 0; time < 2; time++) {
      expect((await server.get('/storing/mine', { 'x-user': 'ann' })).headers['cache-control']).toBe('private, max-age=30');
      expect((await server.get('/storing/authorized')).headers['cache-control']).toBe('private, no-cache');
      expect((await server.get('/storing/mine', { 'x-user': 'expires' })).headers['cache-control']).toBe('private');
    }
  });

  it('has the lifetime of the handler, and is private if the key names the caller', async () => {
    const server = await start();
    for (const outcome of ['fwd=miss', 'hit']) {
      expect(await server.get('/storing/mine', { 'x-user': 'own-word' })).toMatchObject({
        outcome,
        headers: { 'cache-control': 'private, max-age=9' },
      });
    }
  });
});

describe('a header beyond ASCII', () => {
  it('is on a hit as it was on the miss', async () => {
    const server = await start();
    const miss = await server.get('/storing/attachment');
    expect(await server.get('/storing/attachment')).toMatchObject({
      outcome: 'hit',
      headers: { 'content-disposition': miss.headers['content-disposition'] },
    });
  });
});

describe('a stream of events', () => {
  it('begins at once for every client, also with If-None-Match', async () => {
    const server = await start();
    const open: ClientRequest[] = [];
    const begin = (headers: Record<string, string>) =>
      new Promise<string>((resolve, reject) => {
        const request = httpGet({ port: server.port, path: '/storing/events', headers, agent: false }, response => {
          response.on('error', () => undefined).once('data', (chunk: Buffer) => resolve(chunk.toString()));
        });
        request.on('error', reject);
        open.push(request);
      });
    for (const headers of [{}, {}, { 'if-none-match': '*' }] as Record<string, string>[]) {
      expect(await begin(headers)).toBe('data: 1\n\n');
    }
    for (const request of open) request.destroy();
    expect(runs).toBe(3);
  });
});

describe('a client that leaves before the body', () => {
  it('does not prevent the storage of the response', async () => {
    held = new Deferred();
    const server = await start();
    const leaving = httpGet({ port: server.port, path: '/storing/slow', agent: false });
    leaving.on('error', () => undefined);
    await until(() => runs === 1);
    leaving.destroy();
    held.resolve();
    await until(() => cache.stats().entries === 1);
    expect(await server.get('/storing/slow')).toMatchObject({ outcome: 'hit', text: '{"runs":1}' });
  });
});
