import ejs from 'ejs';
import type { Express, Response } from 'express';
import {
  ContentType,
  Controller,
  Get,
  Header,
  HttpCode,
  JsonController,
  OnNull,
  OnUndefined,
  Render,
  Res,
  useExpressServer,
} from 'routing-controllers';
import express from 'express';
import { cache, Cached } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { streamOf } from '../support/stream.js';

startAfresh();

let runs = 0;
beforeEach(() => (runs = 0));

@Controller('/plain')
class PlainController {
  @Get('/text')
  @Cached()
  text() {
    return `text ${++runs} ✓`;
  }

  @Get('/buffer')
  @Cached()
  @ContentType('application/octet-stream')
  buffer() {
    runs++;
    return Buffer.from([0, 1, 2, 253, 254, 255]);
  }

  @Get('/bytes')
  @Cached()
  bytes() {
    runs++;
    return new Uint8Array([7, 8, 9]);
  }

  @Get('/stream')
  @Cached()
  @ContentType('text/plain')
  stream() {
    runs++;
    return streamOf(['one ', Buffer.from('two '), 'three']);
  }

  @Get('/page')
  @Cached()
  @Render('page.ejs')
  page() {
    return { name: `page ${++runs}` };
  }

  @Get('/written')
  @Cached()
  written(@Res() response: Response) {
    runs++;
    response.writeHead(200, 'Fine', { 'X-Written': 'yes', 'Content-Type': 'text/plain' });
    response.write('by ');
    response.end(Buffer.from('hand'));
    return response;
  }

  @Get('/sent')
  @Cached()
  sent(@Res() response: Response) {
    runs++;
    return response.status(200).type('html').send('<p>sent</p>');
  }
}

@JsonController('/json')
class JsonsController {
  @Get('/object')
  @Cached()
  @Header('X-Answer', '42')
  object() {
    return { runs: ++runs, text: '"quoted" ✓', nothing: null };
  }

  @Get('/created')
  @Cached({ statuses: [201] })
  @HttpCode(201)
  created() {
    return { runs: ++runs };
  }

  @Get('/null')
  @Cached()
  null() {
    runs++;
    return null;
  }

  @Get('/on-null')
  @Cached({ statuses: [404] })
  @OnNull(404)
  onNull() {
    runs++;
    return null;
  }

  @Get('/undefined')
  @Cached({ statuses: [404] })
  @OnUndefined(404)
  undefined() {
    runs++;
    return undefined;
  }

  @Get('/not-listed')
  @Cached()
  @OnUndefined(404)
  notListed() {
    runs++;
    return undefined;
  }
}

async function start(): Promise<TestServer> {
  const app: Express = express();
  app.engine('ejs', (_path, options, callback) => {
    callback(null, ejs.render('<h1><%= name %></h1>', options));
  });
  app.set('views', __dirname);
  app.set('view engine', 'ejs');
  // The engine above renders without a file; Express only looks whether there is one.
  app.set(
    'view',
    class {
      constructor(readonly name: string) {}
      readonly path = 'page.ejs';
      render(options: ejs.Data, callback: (error: null, html: string) => void) {
        callback(null, ejs.render('<h1><%= name %></h1>', options));
      }
    },
  );
  useExpressServer(app, { controllers: [PlainController, JsonsController] });
  return TestServer.start(app);
}

describe('a recorded response', () => {
  it.each([
    ['/plain/text', 'text 1 ✓'],
    ['/plain/buffer', Buffer.from([0, 1, 2, 253, 254, 255])],
    ['/plain/bytes', Buffer.from([7, 8, 9])],
    ['/plain/stream', 'one two three'],
    ['/plain/page', '<h1>page 1</h1>'],
    ['/plain/written', 'by hand'],
    ['/plain/sent', '<p>sent</p>'],
    ['/json/object', '{"runs":1,"text":"\\"quoted\\" ✓","nothing":null}'],
    ['/json/created', '{"runs":1}'],
    ['/json/null', ''],
    ['/json/on-null', 'null'],
    ['/json/undefined', ''],
  ])('of %s is replayed with status, headers and bytes exactly', async (path, body) => {
    const server = await start();
    const miss = await server.get(path);
    const hit = await server.get(path);
    expect([miss.outcome, hit.outcome]).toEqual(['fwd=miss', 'hit']);
    expect(runs).toBe(1);
    expect(miss.body).toEqual(Buffer.from(body));
    expect(hit.body).toEqual(miss.body);
    expect(hit.status).toBe(miss.status);
    expect(hit.statusMessage).toBe(miss.statusMessage);
    expect(ofTheResponse(hit.headers)).toEqual(ofTheResponse(miss.headers));
    if (hit.status !== 204) expect(hit.headers['content-length']).toBe(String(hit.body.length));
  });

  it('with a status that is not listed is not stored', async () => {
    const server = await start();
    expect((await server.get('/json/not-listed')).outcome).toBe('fwd=miss');
    expect((await server.get('/json/not-listed')).outcome).toBe('fwd=miss');
    expect(runs).toBe(2);
  });

  it('over maxEntryBytes passes through unstored and whole', async () => {
    cache.configure({ maxEntryBytes: 10 });
    const server = await start();
    for (const path of ['/plain/stream', '/json/object']) {
      expect((await server.get(path)).outcome).toBe('fwd=miss');
      const again = await server.get(path);
      expect(again.outcome).toBe('fwd=miss');
      expect(again.body.length).toBeGreaterThan(10);
    }
    expect(cache.stats()).toMatchObject({ stores: 0, entries: 0 });
  });
});

/** What a hit must repeat: a streamed miss has no length and no validator when its headers go out, and every connection its own. */
function ofTheResponse(headers: object): object {
  const ignored = ['date', 'cache-status', 'etag', 'content-length', 'transfer-encoding', 'connection'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ignored.includes(name)));
}
