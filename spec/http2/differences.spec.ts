import { once } from 'node:events';
import {
  connect,
  createSecureServer,
  type ClientHttp2Session,
  type Http2SecureServer,
  type Http2ServerResponse,
} from 'node:http2';
import { request as requestByHttp1 } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import bridge from 'http2-express-bridge';
import { Get, JsonController, Param, Put, Req, Res, useExpressServer } from 'routing-controllers';
import { generate } from 'selfsigned';
import { cache, Cached, InvalidatesCache, type CacheFault } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { askByHttp2, outcomeOf, type Http2Answer } from '../support/http2.js';

/** The functions of requests and responses that differ over HTTP/2, on a server with TLS that also serves HTTP/1.1. */

startAfresh();

let runs: number;
let faults: CacheFault[];

/** Ways to read the host that the client asks for. Over HTTP/2 it is `:authority`, and `Host` is absent. */
const HOST_READERS: Readonly<Record<string, (request: Request) => unknown>> = {
  authority: request => (request as unknown as { authority: string }).authority,
  pseudo: request => request.headers[':authority'],
  host: request => request.headers.host ?? request.headers[':authority'],
  hostname: request => [request.hostname, request.headers.host],
  get: request => request.get('host') ?? request.get(':authority'),
  raw: request => request.rawHeaders,
  link: request => `${request.protocol}://${request.hostname}${request.originalUrl}`,
};

@JsonController('/h2')
class DifferencesController {
  @Get('/host/:reader')
  @Cached()
  host(@Param('reader') reader: string, @Req() request: Request) {
    runs++;
    return { host: HOST_READERS[reader]!(request) ?? null };
  }

  @Get('/head/:form')
  @Cached()
  head(@Param('form') form: string, @Res() response: Response) {
    runs++;
    const raw = response as unknown as Http2ServerResponse;
    if (form === 'message') raw.writeHead(200, 'Fine', { 'x-form': form });
    else if (form === 'pairs') response.writeHead(200, ['X-Form', form]);
    else if (form === 'chained') response.writeHead(200, { 'X-Form': form }).end('chained');
    else {
      response.statusMessage = 'Fine';
      response.setHeader('X-Form', form);
    }
    if (form !== 'chained') response.end('body');
    return response;
  }

  @Get('/connection')
  @Cached()
  connection(@Res() response: Response) {
    runs++;
    // Only HTTP/1.1 has this header, and Node refuses it over HTTP/2.
    if (response.req.httpVersionMajor === 1) response.set('Connection', 'keep-alive').set('Keep-Alive', 'timeout=5');
    response.statusMessage = 'Fine';
    return response.send('connection');
  }

  @Get('/socket')
  @Cached()
  socket(@Res() response: Response) {
    runs++;
    return response.send({ isEncrypted: (response.socket as { encrypted?: boolean } | null)?.encrypted });
  }

  @Get('/stream')
  @Cached()
  byStream(@Res() response: Response) {
    runs++;
    const { stream } = response as unknown as Http2ServerResponse;
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end(`stream ${runs}`);
    return response;
  }

  @Get('/push')
  @Cached()
  push(@Res() response: Response) {
    runs++;
    (response as unknown as Http2ServerResponse).createPushResponse({ ':path': '/style.css' }, (_error, pushed) => {
      pushed.end('body {}');
    });
    return response.send('page');
  }

  @Put('/host/:reader')
  @InvalidatesCache('/h2')
  change() {
    return { ok: true };
  }
}

let keys: { key: string; cert: string };
let server: Http2SecureServer;
let client: ClientHttp2Session;
let port: number;

beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  keys = { key, cert };
});

beforeEach(async () => {
  runs = 0;
  faults = [];
  cache.configure({ onError: fault => faults.push(fault) });
  const app = bridge(express);
  useExpressServer(app, { controllers: [DifferencesController] });
  server = createSecureServer({ ...keys, allowHTTP1: true }, app as never);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  client = connect(`https://127.0.0.1:${port}`, { ca: keys.cert, rejectUnauthorized: false });
});

afterEach(async () => {
  client.destroy();
  await new Promise(resolve => server.close(resolve));
});

function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Http2Answer> {
  return askByHttp2(client, path, headers);
}

function askByHttp1(path: string): Promise<Http2Answer & { readonly message: string | undefined }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false, ALPNProtocols: ['http/1.1'] };
    const sent = requestByHttp1(options, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { statusCode: status = 0, statusMessage: message, headers } = response;
        resolve({ status, message, headers, text, outcome: outcomeOf(headers) });
      });
    });
    sent.on('error', reject).end();
  });
}

describe('over HTTP/2', () => {
  it.each(Object.keys(HOST_READERS))('no client gets the host of another: %s', async reader => {
    const path = `/h2/host/${reader}`;
    const hosts = ['one.example', 'two.example', 'two.example:8443', 'one.example'];
    const fresh = [];
    for (const host of hosts) {
      await cache.clear();
      fresh.push((await ask(path, { ':authority': host })).text);
    }
    await cache.clear();
    const cached = [];
    for (const host of hosts) cached.push((await ask(path, { ':authority': host })).text);
    expect(cached).toEqual(fresh);
  });

  it.each(['message', 'pairs', 'chained', 'property'])('a hit replays a head of the form: %s', async form => {
    const [miss, hit] = [await ask(`/h2/head/${form}`), await ask(`/h2/head/${form}`)];
    expect([miss.status, miss.outcome, hit.status, hit.outcome, runs]).toEqual([200, 'fwd=miss', 200, 'hit', 1]);
    expect([hit.text, hit.headers['x-form']]).toEqual([miss.text, form]);
    expect(faults).toEqual([]);
  });

  it('a hit over HTTP/2 has no header of the connection of HTTP/1.1, where the entry is from', async () => {
    const first = await askByHttp1('/h2/connection');
    expect([first.outcome, first.headers['keep-alive'], first.message]).toEqual(['fwd=miss', 'timeout=5', 'Fine']);
    const second = await ask('/h2/connection');
    expect([second.status, second.outcome, second.text]).toEqual([200, 'hit', 'connection']);
    expect([second.headers.connection, second.headers['keep-alive']]).toEqual([undefined, undefined]);
    expect(faults).toEqual([]);
  });

  it('a hit over HTTP/1.1 has the response that was recorded over HTTP/2', async () => {
    expect((await ask('/h2/head/property')).outcome).toBe('fwd=miss');
    const { status, message, outcome, text, headers } = await askByHttp1('/h2/head/property');
    expect([status, message, outcome, text, headers['x-form']]).toEqual([200, 'OK', 'hit', 'body', 'property']);
  });

  it('the socket of a response is readable', async () => {
    expect(await ask('/h2/socket')).toMatchObject({ text: '{"isEncrypted":true}' });
  });

  it('a response that bypasses the functions of the response is not stored, and a waiting request runs its own method', async () => {
    await cache.reset();
    cache.configure({ collapseTimeout: 0.1 });
    const answers = await Promise.all([ask('/h2/stream'), ask('/h2/stream')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ text }) => text).sort()).toEqual(['stream 1', 'stream 2']);
    expect((await ask('/h2/stream')).text).toBe('stream 3');
    expect(cache.stats().stores).toBe(0);
  });

  it('a pushed response goes to the client of the miss only', async () => {
    const pushed: string[] = [];
    client.on('stream', (stream, headers) => {
      pushed.push(String(headers[':path']));
      stream.on('error', () => undefined).resume();
    });
    const [miss, hit] = [await ask('/h2/push'), await ask('/h2/push')];
    expect([miss.text, hit.text, hit.outcome]).toEqual(['page', 'page', 'hit']);
    expect(pushed).toEqual(['/style.css']);
  });

  it('a change over one protocol reaches the clients of the other', async () => {
    expect([(await askByHttp1('/h2/head/property')).outcome, (await ask('/h2/head/property')).outcome]).toEqual([
      'fwd=miss',
      'hit',
    ]);
    expect((await ask('/h2/host/host', { ':method': 'PUT' })).text).toBe('{"ok":true}');
    expect((await askByHttp1('/h2/head/property')).outcome).toBe('fwd=miss');
  });
});
