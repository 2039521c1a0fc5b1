import express from 'express5';
import { join } from 'node:path';
import {
  All,
  BodyParam,
  Controller,
  Get,
  InternalServerError,
  JsonController,
  Post,
  Put,
  QueryParams,
  Redirect,
  Render,
  Req,
  Res,
  useExpressServer,
} from 'routing-controllers';
import type { Express, Request, Response } from 'express';
import { renderFile } from 'ejs';
import { cache, Cached, InvalidatesCache, type CacheFault } from '../../lib/index.js';
import { cacheInspector } from '../../lib/inspector.js';
import { startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

/** The parts of Express 5 that differ from Express 4: templates, redirects, queries, bodies, and errors of promises. */

startAfresh();

let runs: number;
let faults: CacheFault[];
beforeEach(() => {
  runs = 0;
  faults = [];
  cache.configure({ onError: fault => faults.push(fault) });
});

@Controller('/pages')
class PagesController {
  @Get('/template')
  @Cached()
  @Render('page.ejs')
  template() {
    return { name: 'bob', runs: ++runs };
  }

  @Get('/by-hand')
  @Cached()
  byHand(@Res() response: Response) {
    return new Promise((resolve, reject) => {
      response.render('page.ejs', { name: 'ann', runs: ++runs }, (error: Error | null, html?: string) => {
        if (error) reject(error);
        else resolve(response.send(html));
      });
    });
  }

  @Get('/file')
  @Cached()
  file(@Res() response: Response) {
    runs++;
    return new Promise(resolve => {
      response.once('finish', () => {
        resolve(response);
      });
      response.sendFile(join(__dirname, 'views', 'page.ejs'));
    });
  }

  @Get('/back')
  @Redirect('back')
  @Cached({ statuses: [302] })
  back() {
    runs++;
  }
}

@JsonController('/notes')
class NotesController {
  @Get('/')
  @Cached({ timeout: 10, staleWhileRevalidate: 60 })
  list(@QueryParams() query: object, @Req() request: Request) {
    return { query, raw: request.query, runs: ++runs };
  }

  @Get('/fragile')
  @Cached({ timeout: 10, staleIfError: 600 })
  async fragile() {
    await Promise.resolve();
    if (++runs > 1) throw new InternalServerError('it fails');
    return { runs };
  }

  @Get('/plain')
  @Cached()
  plain() {
    return { runs: ++runs };
  }

  @Post('/')
  @InvalidatesCache('/notes')
  add(@BodyParam('text') text: string) {
    return { text };
  }

  @All('/all')
  @InvalidatesCache('/notes')
  changeAll() {
    return {};
  }

  @Put('/failing')
  @InvalidatesCache('/notes')
  async failing() {
    await Promise.resolve();
    throw new InternalServerError('it may have changed');
  }
}

async function start(setUp: (app: Express) => void = () => undefined): Promise<TestServer> {
  const app = express();
  app.set('views', join(__dirname, 'views'));
  app.engine('ejs', renderFile as never);
  setUp(app);
  useExpressServer(app, { controllers: [PagesController, NotesController] });
  return TestServer.start(app);
}

describe('on Express 5', () => {
  it.each(['/pages/template', '/pages/by-hand', '/pages/file'])(
    'a hit of %s has the bytes and the headers of the miss',
    async path => {
      const server = await start();
      // The first call of `res.render` shows that the key needs `res.locals`.
      if (path === '/pages/by-hand') await server.get(path);
      const before = runs;
      const [miss, hit] = [await server.get(path), await server.get(path)];
      expect([miss.status, miss.outcome, hit.outcome, runs]).toEqual([200, 'fwd=miss', 'hit', before + 1]);
      expect(hit.text).toBe(miss.text);
      expect(hit.headers['content-type']).toBe(miss.headers['content-type']);
      expect(faults).toEqual([]);
    },
  );

  it("a redirect to 'back' is a redirect to this text, as without a cache, and is not stored", async () => {
    const server = await start();
    for (const run of [1, 2]) {
      const { status, headers, outcome } = await server.get('/pages/back', { referer: '/here' });
      expect([status, headers.location, outcome, runs]).toEqual([302, 'back', 'fwd=miss', run]);
    }
  });

  it.each([['simple', { 'a[b]': '1' }] as const, ['extended', { a: { b: '1' } }] as const])(
    'the query parser %s gives the method the query of the key',
    async (parser, query) => {
      const server = await start(app => app.set('query parser', parser));
      expect(JSON.parse((await server.get('/notes?a[b]=1')).text)).toEqual({ query, raw: query, runs: 1 });
      expect((await server.get('/notes?a[b]=1')).outcome).toBe('hit');
      expect(JSON.parse((await server.get('/notes?a[b]=2')).text)).toMatchObject({ runs: 2 });
    },
  );

  it('a refresh in the background reads the same query, which Express 5 has on the prototype', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/notes?a=1');
    time.forwardSeconds(11);
    expect((await server.get('/notes?a=1')).outcome).toBe('fwd=stale');
    await until(() => runs === 2 && cache.stats().stores === 2);
    const { outcome, text } = await server.get('/notes?a=1');
    expect([outcome, JSON.parse(text)]).toEqual(['hit', { query: { a: '1' }, raw: { a: '1' }, runs: 2 }]);
    expect(faults).toEqual([]);
  });

  it('an expired response replaces a promise that rejects', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/notes/fragile');
    time.forwardSeconds(11);
    expect(await server.get('/notes/fragile')).toMatchObject({ status: 200, outcome: 'fwd=stale', text: '{"runs":1}' });
  });

  it('a change with a body, a change of every method, and a change that fails, invalidate', async () => {
    const server = await start();
    const outcomes = async () => [(await server.get('/notes/plain')).outcome, (await server.get('/notes/plain')).outcome];
    expect(await outcomes()).toEqual(['fwd=miss', 'hit']);
    const headers = { 'content-type': 'application/json' };
    const added = await server.send('/notes', { method: 'POST', headers, body: '{"text":"hello"}' });
    expect([added.status, added.text]).toEqual([200, '{"text":"hello"}']);
    expect(await outcomes()).toEqual(['fwd=miss', 'hit']);
    expect((await server.send('/notes/all', { method: 'PATCH' })).status).toBe(200);
    expect(await outcomes()).toEqual(['fwd=miss', 'hit']);
    expect((await server.put('/notes/failing')).status).toBe(500);
    expect(await outcomes()).toEqual(['fwd=miss', 'hit']);
  });

  it('cache.explain and cache.deleteResponse run a request through the app', async () => {
    const server = await start();
    await server.get('/notes/plain');
    expect(await cache.explain('GET', '/notes/plain')).toMatchObject({ outcome: 'hit' });
    expect(await cache.deleteResponse('GET', '/notes/plain')).toBe(true);
    expect(await cache.explain('GET', '/notes/plain')).toMatchObject({ outcome: 'miss' });
    expect(runs).toBe(1);
  });

  it('a sampled hit is verified', async () => {
    await cache.reset();
    cache.configure({ verify: { sample: 1 }, onError: fault => faults.push(fault) });
    const server = await start();
    await server.get('/notes/plain');
    expect((await server.get('/notes/plain')).outcome).toBe('hit');
    expect(await cache.verifications()).toMatchObject({ skipped: 0, discarded: 0 });
    expect(runs).toBeGreaterThan(1);
  });

  it('the inspector is a router', async () => {
    const inspector = cacheInspector({ authorize: () => true });
    const server = await start(app => app.use('/cache', inspector));
    expect([(await server.get('/cache')).status, (await server.get('/cache/')).status]).toEqual([302, 200]);
    expect((await server.get('/notes/plain')).outcome).toBe('fwd=miss');
    inspector.close();
  });
});
