import { connect, createServer, type ClientHttp2Session, type Http2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import bridge from 'http2-express-bridge';
import { Get, HeaderParam, JsonController, Param, Put, Redirect, Res, UseBefore, useExpressServer } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, type CacheFault, type CacheOptions } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { askByHttp2, type Http2Answer } from '../support/http2.js';
import { streamOf } from '../support/stream.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs: number;
let faults: CacheFault[];

@JsonController('/h2')
class Http2Controller {
  @Get('/json/:name')
  @Cached({ timeout: 60, edge: true })
  json(@Param('name') name: string) {
    return { name, runs: ++runs };
  }

  @Get('/by-hand')
  @Cached()
  @UseBefore((_request: Request, response: Response, next: NextFunction) => {
    response.append('Link', '<m>').vary('Origin');
    next();
  })
  byHand(@HeaderParam('Accept-Language') _language: string, @Res() response: Response) {
    response.append('Link', '<h>').vary('Accept-Language').removeHeader('X-Powered-By');
    response.status(200).set('X-A', '1').send(`hand${++runs}`);
    return response;
  }

  @Get('/pieces')
  @Cached()
  pieces(@Res() response: Response) {
    runs++;
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.write('one ');
    response.write('two ');
    response.end('three');
    return response;
  }

  @Get('/stream')
  @Cached()
  stream() {
    runs++;
    return streamOf(['a', 'b']);
  }

  @Get('/nothing')
  @Cached()
  nothing() {
    runs++;
    return null;
  }

  @Get('/redirect')
  @Redirect('/elsewhere')
  @Cached({ statuses: [302] })
  redirect() {
    runs++;
  }

  @Get('/stale')
  @Cached({ timeout: 10, staleWhileRevalidate: 60, staleIfError: 600 })
  stale() {
    if (++runs > 2) throw new Error('it fails');
    return { runs };
  }

  @Put('/json/:name')
  @InvalidatesCache('/h2')
  change() {
    return { ok: true };
  }
}

let server: Http2Server | undefined;
let client: ClientHttp2Session | undefined;

async function start(
  listener: (app: Application) => (...args: never[]) => void = app => app,
  options: CacheOptions = {},
): Promise<void> {
  cache.configure({ onError: fault => faults.push(fault), ...options });
  const app = bridge(express);
  useExpressServer(app, { controllers: [Http2Controller], defaultErrorHandler: true });
  server = createServer(listener(app) as never);
  // As after the handshake of TLS, which the bridge asks for.
  server.on('connection', (socket: Socket) => Object.assign(socket, { alpnProtocol: 'h2' }));
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function ask(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Http2Answer> {
  return askByHttp2(client!, path, { ':method': method, ...headers });
}

beforeEach(() => {
  runs = 0;
  faults = [];
});
afterEach(async () => {
  client?.destroy();
  await new Promise(resolve => server?.close(resolve));
});

describe('over HTTP/2', () => {
  it('skips the verification of a hit, whose method would need its client', async () => {
    await start(undefined, { verify: { sample: 1 } });
    await ask('/h2/json/bob');
    expect((await ask('/h2/json/bob')).outcome).toBe('hit');
    expect(await cache.verifications()).toMatchObject({ same: 0, discarded: 0, skipped: 1 });
    expect(runs).toBe(1);
  });

  it.each(['/h2/json/bob', '/h2/by-hand', '/h2/pieces', '/h2/stream', '/h2/nothing', '/h2/redirect'])(
    'a hit of %s equals its miss',
    async path => {
      await start();
      const miss = await ask(path);
      const hit = await ask(path);
      expect(faults).toEqual([]);
      expect([miss.outcome, hit.outcome, runs]).toEqual(['fwd=miss', 'hit', 1]);
      for (const name of ['content-type', 'location', 'link', 'vary', 'x-a'])
        expect([name, hit.headers[name]]).toEqual([name, miss.headers[name]]);
      expect([hit.status, hit.text]).toEqual([miss.status, miss.text]);
    },
  );

  it('a change invalidates, a conditional request gets 304, HEAD has no body', async () => {
    await start();
    const { headers } = await ask('/h2/json/bob');
    expect(await ask('/h2/json/bob', 'GET', { 'if-none-match': String(headers.etag) })).toMatchObject({ status: 304, text: '' });
    expect(await ask('/h2/json/bob', 'HEAD')).toMatchObject({ status: 200, outcome: 'hit', text: '' });
    expect((await ask('/h2/json/bob', 'PUT')).text).toBe('{"ok":true}');
    expect(await ask('/h2/json/bob', 'HEAD')).toMatchObject({ status: 200, outcome: 'fwd=miss', text: '' });
    expect(await ask('/h2/json/bob', 'GET', { 'if-none-match': '"x"' })).toMatchObject({ outcome: 'fwd=miss', status: 200 });
    expect(faults).toEqual([]);
  });

  it('an expired response is computed before the answer, and replaces a failure', async () => {
    const time = holdTime();
    await start();
    await ask('/h2/stale');
    time.forwardSeconds(11);
    expect(await ask('/h2/stale')).toMatchObject({ outcome: 'fwd=miss', text: '{"runs":2}' });
    time.forwardSeconds(100);
    expect(await ask('/h2/stale')).toMatchObject({ outcome: 'fwd=stale', status: 200, text: '{"runs":2}' });
    expect(faults).toEqual([]);
  });

  it('the edge lets requests go to the application', async () => {
    await start(app => cache.edge(app));
    await ask('/h2/json/bob');
    for (let time = 0; time < 3; time++)
      expect(await ask('/h2/json/bob')).toMatchObject({ outcome: 'hit', text: '{"name":"bob","runs":1}' });
    expect(faults).toEqual([]);
  });

  it('a client that leaves does no harm', async () => {
    await start();
    const stream = client!.request({ ':path': '/h2/pieces' });
    stream.on('error', () => undefined);
    stream.once('response', () => stream.destroy());
    await until(() => cache.stats().misses === 1 && stream.destroyed);
    expect((await ask('/h2/json/bob')).status).toBe(200);
  });
});
