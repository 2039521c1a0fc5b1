import type { NextFunction, Request, Response } from 'express';
import { Controller, Get, Put, Req, Res, UseBefore } from 'routing-controllers';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { SharedStore } from '../../lib/stores/shared/shared-store.js';
import type { StoreSettings } from '../../lib/stores/store.js';
import { HeldDriver } from '../support/held-driver.js';
import { MemoryDriver } from '../support/memory-driver.js';
import { TestServer } from '../support/server.js';

startAfresh();

/** What a middleware fixes of a request, as `Object.defineProperty` does without `configurable` and `writable`. */
const fixes: Record<string, (request: Request, response: Response) => void> = {
  'the method json of the response': (_request, response) => {
    Object.defineProperty(response, 'json', { value: response.json.bind(response) });
  },
  'the method end of the response': (_request, response) => {
    Object.defineProperty(response, 'end', { value: response.end.bind(response) });
  },
  'the method writeHead of the response': (_request, response) => {
    Object.defineProperty(response, 'writeHead', { value: response.writeHead.bind(response) });
  },
  'the method setHeader of the response': (_request, response) => {
    Object.defineProperty(response, 'setHeader', { value: response.setHeader.bind(response) });
  },
  'response.locals': (_request, response) => {
    Object.defineProperty(response, 'locals', { value: { text: 'fixed' } });
  },
  'the members of response.locals': (_request, response) => {
    response.locals.text = 'frozen';
    Object.freeze(response.locals);
  },
  'request.user': request => {
    Object.defineProperty(request, 'user', { value: { name: 'bob' } });
  },
  'the headers of the request': request => {
    Object.freeze(request.headers);
  },
};

let fix: string;

function fixObjects(request: Request, response: Response, next: NextFunction): void {
  fixes[fix]!(request, response);
  next();
}

/** The same actions as below, without the cache. */
@Controller('/plain')
@UseBefore(fixObjects)
class PlainController {
  @Get('/json')
  json(@Res() response: Response) {
    return response.json({ text: String(response.locals.text) });
  }

  @Get('/pieces')
  pieces(@Res() response: Response) {
    response.writeHead(201, { 'x-text': 'head' });
    response.write('one ');
    response.end('two');
    return response;
  }

  @Get('/request')
  request(@Req() request: Request & { user?: { name: string } }) {
    return `${request.user?.name} ${request.headers.accept} ${String(request.res?.locals.text)}`;
  }

  @Get('/value')
  value() {
    return 'value';
  }

  @Put('/value')
  put() {
    return 'put';
  }
}

@Controller('/cached')
@UseBefore(fixObjects)
class CachedController extends PlainController {
  @Get('/json')
  @Cached({ timeout: 60 })
  override json(@Res() response: Response) {
    return super.json(response);
  }

  @Get('/pieces')
  @Cached({ timeout: 60 })
  override pieces(@Res() response: Response) {
    return super.pieces(response);
  }

  @Get('/request')
  @Cached({ timeout: 60 })
  override request(@Req() request: Request & { user?: { name: string } }) {
    return super.request(request);
  }

  @Get('/value')
  @Cached({ timeout: 60 })
  override value() {
    return super.value();
  }

  @Put('/value')
  @InvalidatesCache('/cached/value')
  override put() {
    return super.put();
  }
}

describe.each(Object.keys(fixes))('where a middleware has fixed %s', name => {
  it('each action answers as without the cache, at a miss, a hit and a change', async () => {
    fix = name;
    cache.configure({ onError: () => undefined });
    const server = await TestServer.ofControllers([PlainController, CachedController]);
    const answerOf = async (path: string, method: string) => {
      const { status, text, headers } = await server.send(path, { method, headers: { accept: 'text/plain' } });
      return [status, text, headers['x-text'], headers['content-type']];
    };
    for (const [path, method] of [
      ['/json', 'GET'],
      ['/pieces', 'GET'],
      ['/request', 'GET'],
      ['/value', 'GET'],
      ['/value', 'PUT'],
      ['/value', 'GET'],
    ] as const) {
      const plain = await answerOf(`/plain${path}`, method);
      expect(plain[0]).toBeLessThan(300);
      for (let time = 0; time < 2; time++) expect(await answerOf(`/cached${path}`, method)).toEqual(plain);
    }
  });
});

describe('a change whose response cannot be held back', () => {
  it('ends on each store: later responses are stored again, and close waits for nothing', async () => {
    fix = 'the method end of the response';
    const faults: string[] = [];
    const driver = new HeldDriver(new MemoryDriver());
    const store = { open: (settings: StoreSettings) => new SharedStore(driver, settings) };
    cache.configure({ store, onError: ({ code }) => faults.push(code) });
    const server = await TestServer.ofControllers([CachedController]);
    expect((await server.send('/cached/value', { method: 'PUT' })).text).toBe('put');
    fix = 'request.user';
    expect((await server.get('/cached/value')).outcome).toBe('fwd=miss');
    expect((await server.get('/cached/value')).outcome).toBe('hit');
    await cache.close();
    expect(faults).toEqual(['CACHE_FAILED']);
  });
});
