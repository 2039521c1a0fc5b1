import type { Response } from 'express';
import { Get, Header, JsonController, Res } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { streamOf } from '../support/stream.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs: number;
beforeEach(() => (runs = 0));
/** Counts turns of the event loop, and those in which a long stream was asked for a chunk. */
let turn = 0;
const turnsOfChunks = new Set<number>();

const lastModified = 'Wed, 21 Oct 2026 07:28:00 GMT';

@JsonController('/conditional')
class ConditionalController {
  @Get('/json')
  @Cached({ timeout: 10 })
  @Header('Content-Location', '/elsewhere')
  json() {
    runs++;
    return { a: 1 };
  }

  @Get('/buffer')
  @Cached()
  buffer() {
    runs++;
    return Buffer.from('bytes');
  }

  @Get('/stream')
  @Cached()
  stream() {
    runs++;
    return streamOf(['a', 'b']);
  }

  @Get('/long')
  @Cached()
  @Header('ETag', '"long"')
  long() {
    return streamOf(
      (function* () {
        for (let chunk = 0; chunk < 1000; chunk++) {
          turnsOfChunks.add(turn);
          yield 'chunk';
        }
      })(),
    );
  }

  @Get('/dated')
  @Cached()
  dated(@Res() response: Response) {
    runs++;
    response.set('Last-Modified', lastModified).removeHeader('ETag');
    response.end('dated');
    return response;
  }

  @Get('/tagged')
  @Cached()
  tagged(@Res() response: Response) {
    runs++;
    response.writeHead(200, { ETag: '"mine"', 'Content-Type': 'text/plain' });
    response.write('tag');
    response.end('ged');
    return response;
  }

  @Get('/null')
  @Cached()
  null() {
    runs++;
    return null;
  }
}

const start = () => TestServer.ofControllers([ConditionalController]);

describe('If-None-Match', () => {
  it.each(['/conditional/json', '/conditional/buffer'])(
    'of %s gives 304 on a miss and on a hit, and the miss fills the cache',
    async path => {
      const server = await start();
      const { headers, body } = await server.get(path);
      const etag = headers.etag!;
      expect(etag).toMatch(/^W\/"/);
      await cache.clear();
      for (const outcome of ['fwd=miss', 'hit']) {
        const answer = await server.get(path, { 'if-none-match': etag });
        expect(answer).toMatchObject({ status: 304, statusMessage: 'Not Modified', outcome, text: '' });
        expect(answer.headers).toMatchObject({ etag, 'cache-control': 'no-cache', date: expect.any(String) as string });
        expect(answer.headers).not.toHaveProperty('content-type');
        expect(answer.headers).not.toHaveProperty('content-length');
        if (path.endsWith('json')) expect(answer.headers['content-location']).toBe('/elsewhere');
      }
      expect(await server.get(path)).toMatchObject({ status: 200, outcome: 'hit', body });
      expect(runs).toBe(2);
    },
  );

  it.each<[string, (etag: string) => string, number]>([
    ['a list', etag => `"x", ${etag}, "y"`, 304],
    ['a strong form of a weak tag', etag => etag.replace('W/', ''), 304],
    ['*', () => '*', 304],
    ['another', () => '"other"', 200],
    ['nonsense', () => ',,"', 200],
  ])('of %s is compared weakly', async (_name, valueFor, status) => {
    const server = await start();
    const { headers } = await server.get('/conditional/json');
    expect((await server.get('/conditional/json', { 'if-none-match': valueFor(headers.etag!) })).status).toBe(status);
  });

  it('after expiry fills the cache', async () => {
    const time = holdTime();
    const server = await start();
    const { headers } = await server.get('/conditional/json');
    time.forwardSeconds(10);
    expect(await server.get('/conditional/json', { 'if-none-match': headers.etag! })).toMatchObject({
      status: 304,
      outcome: 'fwd=miss',
    });
    expect(await server.get('/conditional/json')).toMatchObject({ status: 200, outcome: 'hit', text: '{"a":1}' });
  });

  it('is answered with 304 also if the request has no-cache', async () => {
    const server = await start();
    const { headers } = await server.get('/conditional/json');
    const answer = await server.get('/conditional/json', {
      'if-none-match': headers.etag!,
      'cache-control': 'no-cache',
      pragma: 'no-cache',
    });
    expect(answer).toMatchObject({ status: 304, outcome: 'hit' });
  });

  it('wins over If-Modified-Since', async () => {
    const server = await start();
    await server.get('/conditional/dated');
    expect((await server.get('/conditional/dated', { 'if-none-match': '"x"', 'if-modified-since': lastModified })).status).toBe(
      200,
    );
  });

  it('of a tag that the handler sent gives 304 before the body is sent', async () => {
    const server = await start();
    for (const outcome of ['fwd=miss', 'hit']) {
      expect(await server.get('/conditional/tagged', { 'if-none-match': '"mine"' })).toMatchObject({
        status: 304,
        outcome,
        text: '',
      });
    }
    expect(await server.get('/conditional/tagged')).toMatchObject({
      status: 200,
      outcome: 'hit',
      text: 'tagged',
      headers: { etag: '"mine"' },
    });
  });

  it('of a stream is paced while it is recorded and not sent', async () => {
    const server = await start();
    let isRunning = true;
    const takeTurns = () => {
      turn++;
      if (isRunning) setImmediate(takeTurns);
    };
    takeTurns();
    expect(await server.get('/conditional/long', { 'if-none-match': '"long"' })).toMatchObject({ status: 304, text: '' });
    isRunning = false;
    expect(turnsOfChunks.size).toBeGreaterThan(100);
    expect((await server.get('/conditional/long')).outcome).toBe('hit');
  });

  it('of a stream is known on a hit', async () => {
    const server = await start();
    expect((await server.get('/conditional/stream')).headers.etag).toBeUndefined();
    const { headers, text } = await server.get('/conditional/stream');
    expect([text, headers['content-length']]).toEqual(['ab', '2']);
    expect((await server.get('/conditional/stream', { 'if-none-match': headers.etag! })).status).toBe(304);
  });
});

describe('If-Modified-Since', () => {
  it.each([
    [lastModified, 304],
    ['Wed, 21 Oct 2026 07:28:01 GMT', 304],
    ['Wed, 21 Oct 2026 07:27:59 GMT', 200],
    ['yesterday', 200],
  ])('of %s gives %i where the handler set Last-Modified', async (date, status) => {
    const server = await start();
    expect((await server.get('/conditional/dated', { 'if-modified-since': date })).status).toBe(status);
    expect(await server.get('/conditional/dated', { 'if-modified-since': date })).toMatchObject({ status, outcome: 'hit' });
  });

  it('means nothing where it did not', async () => {
    const server = await start();
    await server.get('/conditional/json');
    expect((await server.get('/conditional/json', { 'if-modified-since': lastModified })).status).toBe(200);
  });
});

describe('HEAD', () => {
  it('is answered from the entry of GET', async () => {
    const server = await start();
    const get = await server.get('/conditional/json');
    const head = await server.send('/conditional/json', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, outcome: 'hit', text: '' });
    expect(head.headers['content-length']).toBe(String(get.body.length));
    expect(head.headers.etag).toBe(get.headers.etag);
    expect(
      (await server.send('/conditional/json', { method: 'HEAD', headers: { 'if-none-match': get.headers.etag! } })).status,
    ).toBe(304);
  });

  it('that misses has the Cache-Control of GET', async () => {
    const server = await start();
    const head = await server.send('/conditional/json', { method: 'HEAD' });
    expect(head.headers['cache-control']).toBe('no-cache');
  });

  it('that misses runs the handler and stores nothing', async () => {
    const server = await start();
    expect(await server.send('/conditional/json', { method: 'HEAD' })).toMatchObject({
      status: 200,
      outcome: 'fwd=miss',
      text: '',
    });
    expect(cache.stats()).toMatchObject({ entries: 0, misses: 1 });
    expect(await server.get('/conditional/json')).toMatchObject({ outcome: 'fwd=miss', text: '{"a":1}' });
    expect(runs).toBe(2);
  });
});

describe('a request', () => {
  it.each([
    ['cache-control', 'no-cache'],
    ['cache-control', 'no-store'],
    ['cache-control', 'max-age=0'],
    ['pragma', 'no-cache'],
    ['range', 'bytes=0-1'],
    ['if-match', '"other"'],
    ['if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('cannot force recomputation with %s: %s', async (name, value) => {
    const server = await start();
    await server.get('/conditional/json', { [name]: value });
    expect(await server.get('/conditional/json', { [name]: value })).toMatchObject({
      status: 200,
      outcome: 'hit',
      text: '{"a":1}',
    });
    expect(runs).toBe(1);
  });
});

describe('a response without a body', () => {
  it('is replayed as such', async () => {
    const server = await start();
    for (const outcome of ['fwd=miss', 'hit']) {
      const answer = await server.get('/conditional/null');
      expect(answer).toMatchObject({ status: 204, outcome, text: '' });
      expect(answer.headers).not.toHaveProperty('content-length');
    }
  });
});
