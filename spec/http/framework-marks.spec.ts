import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { Authorized, Controller, Get, Param, Redirect, Req, Res } from 'routing-controllers';
import { Cached } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

let runs: number;
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-files-'));
  file = join(folder, 'file.txt');
  writeFileSync(file, 'of the file');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  runs = 0;
});

type Options = Parameters<Response['sendFile']>[1];
const sent = (send: (done: (error?: Error) => void) => void, response: Response): Promise<Response> =>
  new Promise((resolve, reject) => {
    send(error => {
      if (error === undefined) resolve(response);
      else reject(error);
    });
  });

const optionsOf: Record<string, Options> = {
  'max-age': { maxAge: 0 },
  'own-header': { headers: { 'cache-control': 'public, max-age=0' } },
  'a-minute': { maxAge: 60_000 },
  immutable: { immutable: true },
};

@Controller()
class MarkedController {
  @Get('/declared/:code')
  @Redirect('/elsewhere/:code')
  @Cached({ statuses: [302] })
  declared(@Param('code') code: string) {
    runs++;
    return { code };
  }

  @Get('/by-hand/:code')
  @Cached({ statuses: [200, 301] })
  byHand(@Param('code') code: string, @Res() response: Response) {
    runs++;
    response.redirect(301, `/elsewhere/${code}`);
    return response;
  }

  @Get('/negotiated')
  @Cached({ statuses: [302] })
  negotiated(@Res() response: Response) {
    runs++;
    response.vary('Accept').redirect('/elsewhere');
    return response;
  }

  @Get('/formatted')
  @Cached({ statuses: [200, 302] })
  formatted(@Res() response: Response) {
    runs++;
    response.format({ text: () => response.send('text'), json: () => response.send('{}') });
    return response;
  }

  @Get('/back')
  @Redirect('/elsewhere')
  @Cached({ statuses: [302] })
  back() {
    runs++;
    return 'back';
  }

  @Get('/back-by-hand')
  @Cached({ statuses: [302] })
  backByHand(@Res() response: Response) {
    runs++;
    response.status(302).location('back').end();
    return response;
  }

  @Get('/file')
  @Cached({ timeout: 60, clientTimeout: 5 })
  file(@Res() response: Response) {
    runs++;
    return sent(done => response.sendFile(file, done), response);
  }

  @Get('/mine')
  @Authorized()
  @Cached({ timeout: 60 })
  mine(@Res() response: Response) {
    runs++;
    return sent(done => response.sendFile(file, {}, done), response);
  }

  @Get('/download')
  @Cached({ timeout: 60 })
  download(@Res() response: Response) {
    runs++;
    return sent(done => response.download(file, 'a.txt', done), response);
  }

  @Get('/unlisted')
  @Cached({ statuses: [204] })
  unlisted(@Res() response: Response) {
    runs++;
    return sent(done => response.sendFile(file, done), response);
  }

  @Get('/options/:name')
  @Cached({ timeout: 60 })
  options(@Param('name') name: string, @Req() _request: Request, @Res() response: Response) {
    runs++;
    return sent(done => response.sendFile(file, optionsOf[name]!, done), response);
  }
}

const start = () => TestServer.ofControllers([MarkedController], { authorizationChecker: () => true });

async function outcomesOf(server: TestServer, path: string, headers?: Record<string, string>) {
  const answers = [await server.get(path, headers), await server.get(path, headers)];
  return answers.map(({ outcome }) => outcome);
}

describe('a redirect', () => {
  it.each(['/declared/a', '/by-hand/a'])('of %s is stored: its Vary is the framework’s', async path => {
    const server = await start();
    const miss = await server.get(path);
    const hit = await server.get(path);
    expect([miss.outcome, hit.outcome, runs]).toEqual(['fwd=miss', 'hit', 1]);
    expect(hit.status).toBe(miss.status);
    expect(hit.text).toBe(miss.text);
    expect(hit.headers).toMatchObject({ location: '/elsewhere/a', vary: 'Accept', 'content-type': miss.headers['content-type'] });
  });

  it('has for each client the body that the framework would give it, however the client asks for it', async () => {
    const server = await start();
    const types = ['text/html', 'text/html,application/xhtml+xml;q=0.9', 'text/plain', 'application/json', 'image/png'];
    const answers = [];
    for (const accept of types) answers.push(await server.get('/declared/a', { accept }));
    expect(answers.map(({ text }) => text.slice(0, 3))).toEqual(['<p>', '<p>', 'Fou', '', '']);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'fwd=miss', 'hit']);
  });

  it.each(['/negotiated', '/formatted'])('of %s is not stored if the handler itself sets Vary', async path => {
    expect(await outcomesOf(await start(), path)).toEqual(['fwd=miss', 'fwd=miss']);
  });

  it.each(['/back', '/back-by-hand'])('of %s to where the client came from is not stored', async path => {
    const server = await start();
    for (const referer of ['https://one.example/', 'https://two.example/']) {
      const answer = await server.get(path, { referer });
      expect([answer.outcome, answer.headers.location]).toEqual(['fwd=miss', referer]);
    }
  });
});

describe('a file', () => {
  it.each(['/file', '/download'])('of %s is stored: its max-age=0 is the framework’s', async path => {
    const server = await start();
    const miss = await server.get(path);
    const hit = await server.get(path);
    expect([miss.outcome, hit.outcome, runs]).toEqual(['fwd=miss', 'hit', 1]);
    expect(hit.text).toBe('of the file');
    for (const name of ['content-type', 'content-disposition', 'last-modified', 'etag', 'cache-control'])
      expect([name, hit.headers[name]]).toEqual([name, miss.headers[name]]);
  });

  it('is given to clients by the rules of its action', async () => {
    const server = await start();
    expect((await server.get('/file')).headers['cache-control']).toBe('max-age=5');
    expect((await server.get('/mine')).headers['cache-control']).toBe('private, no-cache');
  });

  it('has the Cache-Control of the framework if it is not stored', async () => {
    const server = await start();
    expect((await server.get('/unlisted')).headers['cache-control']).toBe('public, max-age=0');
  });

  it.each([
    ['max-age', 'fwd=miss', 'public, max-age=0'],
    ['own-header', 'fwd=miss', 'public, max-age=0'],
    ['immutable', 'fwd=miss', 'public, max-age=0, immutable'],
    ['a-minute', 'hit', 'public, max-age=60'],
  ])('with an option of its author (%s) has the author’s word', async (name, outcome, cacheControl) => {
    const server = await start();
    const [, second] = [await server.get(`/options/${name}`), await server.get(`/options/${name}`)];
    expect([second.outcome, second.headers['cache-control']]).toEqual([outcome, cacheControl]);
  });
});
