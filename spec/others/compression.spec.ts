import compression from 'compression';
import type { Response } from 'express';
import { gzipSync } from 'node:zlib';
import { ContentType, Get, Header, Param, Res } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import type { Answer } from '../support/server.js';
import { streamOf } from '../support/stream.js';
import { clientView, Twins } from '../support/twins.js';

startAfresh();

const LONG = 'what is said often is compressed well; '.repeat(60);
const ZIPPED = gzipSync(LONG);

let runs: number;
beforeEach(() => (runs = 0));

const actions = (kept: MethodDecorator) => {
  class ArticlesController {
    @Get('/json/:size')
    @kept
    json(@Param('size') size: number) {
      runs++;
      return { text: LONG.slice(0, size) };
    }

    @Get('/bytes')
    @kept
    @ContentType('image/png')
    bytes() {
      return Buffer.from(LONG);
    }

    @Get('/untransformed')
    @kept
    @Header('Cache-Control', 'max-age=60, no-transform')
    untransformed() {
      return { text: LONG };
    }

    @Get('/zipped')
    @kept
    @ContentType('text/plain')
    @Header('Content-Encoding', 'gzip')
    zipped() {
      return ZIPPED;
    }

    @Get('/stream')
    @kept
    @ContentType('text/plain')
    stream() {
      runs++;
      return streamOf([LONG, Buffer.from(LONG), 'ü'.repeat(20_000)]);
    }

    @Get('/short-stream')
    @kept
    @ContentType('text/plain')
    shortStream() {
      return streamOf(['a', 'b']);
    }

    @Get('/endless')
    @kept
    @ContentType('text/plain')
    endless() {
      runs++;
      return streamOf(Array.from({ length: 40 }, (_, index) => `${index % 10}`.repeat(50_000)));
    }

    @Get('/by-hand')
    @kept
    byHand(@Res() response: Response) {
      response.type('text/plain').write(LONG);
      response.flush();
      response.end('the end');
      return response;
    }
  }
  return ArticlesController;
};

const start = () => Twins.behind([compression()], actions);
const encodingOf = ({ headers }: Answer) => headers['content-encoding'];

/** The length and validator of what is streamed are known when it has been recorded. */
const OF_STREAMS = ['content-length', 'transfer-encoding', 'etag'];

const PREFERENCES: Record<string, string | undefined> = {
  gzip: 'gzip',
  deflate: 'deflate',
  br: 'br',
  'gzip, deflate, br': 'br',
  identity: undefined,
  'gzip;q=0': undefined,
  'br;q=0.1, gzip;q=0.9': 'gzip',
};

describe('behind compression, a hit is compressed as without a cache', () => {
  it.each(Object.entries(PREFERENCES))('for Accept-Encoding: %s', async (accepted, encoding) => {
    const twins = await start();
    const { plain, miss, hit } = await twins.ask('/json/2000', { headers: { 'accept-encoding': accepted } });
    expect(encodingOf(plain)).toBe(encoding);
    expect(plain.headers.vary).toBe('Accept-Encoding');
    expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
    expect([miss.body, hit.body]).toEqual([plain.body, plain.body]);
  });

  it.each(['gzip', 'identity', 'br'])('also if a client with %s fills the cache', async first => {
    const twins = await start();
    await twins.server.get('/cached/json/2000', { 'accept-encoding': first });
    for (const [accepted, encoding] of Object.entries(PREFERENCES)) {
      const hit = await twins.server.get('/cached/json/2000', { 'accept-encoding': accepted });
      const plain = await twins.server.get('/plain/json/2000', { 'accept-encoding': accepted });
      expect([hit.outcome, encodingOf(hit)]).toEqual(['hit', encoding]);
      expect(clientView(hit)).toEqual(clientView(plain));
    }
    expect(cache.stats()).toMatchObject({ misses: 1, entries: 1 });
  });

  it.each([
    ['what is too short for it', '/json/10'],
    ['an image', '/bytes'],
    ['what forbids it', '/untransformed'],
    ['what is compressed already', '/zipped'],
  ])('and not for %s', async (_name, path) => {
    const twins = await start();
    const { plain, miss, hit } = await twins.ask(path, { headers: { 'accept-encoding': 'gzip' } });
    // What Express does not tag is tagged; a hit tells its age where its handler gave it a lifetime, and knows its length.
    expect(clientView(miss, 'etag')).toEqual(clientView(plain, 'etag'));
    expect(clientView(hit, 'age', ...OF_STREAMS)).toEqual(clientView(plain, ...OF_STREAMS));
    expect([miss.body, hit.body]).toEqual([plain.body, plain.body]);
  });

  it.each(['gzip', 'identity'])('when it is asked for with HEAD and %s', async accepted => {
    const twins = await start();
    const { plain, miss, hit } = await twins.ask('/json/2000', { method: 'HEAD', headers: { 'accept-encoding': accepted } });
    expect(plain.body).toHaveLength(0);
    expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
  });

  it.each(['gzip', 'identity'])('and is not sent to a client that has it already, with %s', async accepted => {
    const twins = await start();
    const { etag } = (await twins.server.get('/plain/json/2000', { 'accept-encoding': accepted })).headers;
    const headers = { 'accept-encoding': accepted, 'if-none-match': etag! };
    const { plain, miss, hit } = await twins.ask('/json/2000', { headers });
    expect(plain.status).toBe(304);
    expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
  });

  it.each(['/stream', '/by-hand'])('when it is streamed: %s', async path => {
    for (const accepted of ['gzip', 'identity']) {
      await cache.clear();
      const twins = await start();
      const { plain, miss, hit } = await twins.ask(path, { headers: { 'accept-encoding': accepted } });
      expect(encodingOf(plain)).toBe(accepted === 'gzip' ? 'gzip' : undefined);
      expect(clientView(miss)).toEqual(clientView(plain));
      expect(clientView(hit, ...OF_STREAMS)).toEqual(clientView(plain, ...OF_STREAMS));
    }
  });
});

describe('behind compression, a stream', () => {
  it('that is short is compressed while its length is unknown, and on a hit only if it is worth it', async () => {
    const twins = await start();
    const { plain, miss, hit } = await twins.ask('/short-stream', { headers: { 'accept-encoding': 'gzip' } });
    expect([plain, miss, hit].map(encodingOf)).toEqual(['gzip', 'gzip', undefined]);
    expect(hit).toMatchObject({ text: 'ab', headers: { 'content-length': '2', vary: 'Accept-Encoding' } });
  });

  it('that is too large for the cache arrives whole each time', async () => {
    const twins = await start();
    const headers = { 'accept-encoding': 'gzip' };
    const plain = await twins.server.get('/plain/endless', headers);
    for (let time = 0; time < 2; time++) {
      expect(clientView(await twins.server.get('/cached/endless', headers))).toEqual(clientView(plain));
    }
    expect([runs, cache.stats().entries]).toEqual([3, 0]);
  });
});
