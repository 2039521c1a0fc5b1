import express from 'express5';
import { Get, HttpCode, JsonController, Param, Put, QueryParam, Redirect, Req, Res, useExpressServer } from 'routing-controllers';
import type { Request, Response } from 'express';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs: number;
beforeEach(() => {
  runs = 0;
});

@JsonController('/users')
class UsersController {
  @Get('/:name/friends')
  @Cached({ timeout: 60, edge: true })
  friends(@Param('name') name: string, @QueryParam('limit') limit?: number) {
    return { friendsOf: name, limit, runs: ++runs };
  }

  @Get('/:name/text')
  @Cached({ timeout: 60 })
  text(@Param('name') name: string, @Res() response: Response) {
    runs++;
    response.status(200).set('X-Run', String(runs)).send(`text of ${name}`);
    return response;
  }

  @Get('/:name/old')
  @Redirect('/users/:name/friends')
  @Cached({ timeout: 60, statuses: [302] })
  old(@Param('name') name: string) {
    runs++;
    return { name };
  }

  @Get('/:name/key')
  @Cached({ timeout: 60 })
  key(@Req() request: Request) {
    return { key: request.headers['x-api-key'] ?? null, runs: ++runs };
  }

  @Put('/:name/avatar')
  @HttpCode(202)
  @InvalidatesCache('/users/:name')
  changeAvatar(@Param('name') name: string) {
    return { name };
  }
}

const appOfExpress5 = (): RequestListener => useExpressServer(express(), { controllers: [UsersController] });

describe('an app of Express 5', () => {
  it('serves hits with the same status, headers and bytes', async () => {
    const server = await TestServer.start(appOfExpress5());
    for (const path of ['/users/bob/friends', '/users/bob/text', '/users/bob/old']) {
      const [first, second] = [await server.get(path), await server.get(path)];
      expect([path, first.outcome, second.outcome]).toEqual([path, 'fwd=miss', 'hit']);
      expect(second.body).toEqual(first.body);
      expect(second.status).toBe(first.status);
      const unstable = { 'cache-status': undefined, date: undefined };
      expect({ ...second.headers, ...unstable }).toEqual({ ...first.headers, ...unstable });
    }
  });

  it('has one entry for all spellings of a path and of a number', async () => {
    const server = await TestServer.start(appOfExpress5());
    const spellings = ['/users/bob/friends?limit=5', '/Users/%62ob/friends/?limit=05&other=1'];
    expect([(await server.get(spellings[0]!)).outcome, (await server.get(spellings[1]!)).outcome]).toEqual(['fwd=miss', 'hit']);
  });

  it('invalidates before the change is acknowledged', async () => {
    const server = await TestServer.start(appOfExpress5());
    await server.get('/users/bob/friends');
    expect((await server.put('/users/bob/avatar')).status).toBe(202);
    const { outcome, text } = await server.get('/users/bob/friends');
    expect([outcome, text]).toEqual(['fwd=miss', '{"friendsOf":"bob","runs":2}']);
  });

  it('answers conditional requests and HEAD from the entry', async () => {
    const server = await TestServer.start(appOfExpress5());
    const { headers } = await server.get('/users/bob/friends');
    expect((await server.get('/users/bob/friends', { 'if-none-match': headers.etag! })).status).toBe(304);
    const head = await server.send('/users/bob/friends', { method: 'HEAD' });
    expect([head.outcome, head.text, head.headers.etag]).toEqual(['hit', '', headers.etag]);
  });

  it('does not store a response that depends on a header outside the key', async () => {
    const server = await TestServer.start(appOfExpress5());
    await server.get('/users/bob/key', { 'x-api-key': 'secret' });
    expect((await server.get('/users/bob/key')).text).toBe('{"key":null,"runs":2}');
  });

  it('expires entries, and serves hits before Express', async () => {
    const time = holdTime();
    const server = createServer(cache.edge(appOfExpress5()));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outcome = async () =>
      (await fetch(`http://127.0.0.1:${port}/users/bob/friends`, { headers: { connection: 'close' } })).headers.get(
        'cache-status',
      );
    expect(await outcome()).toMatch(/fwd=miss$/);
    expect(await outcome()).toMatch(/hit; ttl=60$/);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1 });
    time.forwardSeconds(61);
    expect(await outcome()).toMatch(/fwd=miss$/);
    await new Promise(resolve => server.close(resolve));
  });
});
