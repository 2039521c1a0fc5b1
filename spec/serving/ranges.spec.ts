import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Response } from 'express';
import { Controller, Get, Param, Res } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { countLookUps, startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

const sizes: Record<string, number> = { big: 5000, small: 100, mine: 100 };
let folder: string;
let runs: number;
let gate: Gate | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-ranges-'));
  for (const [name, size] of Object.entries(sizes)) writeFileSync(join(folder, name), Buffer.alloc(size, name));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  runs = 0;
  gate = undefined;
});

@Controller('/media')
class MediaController {
  @Get('/:name')
  @Cached({ timeout: 3600, statuses: [200, 206] })
  media(@Param('name') name: string, @Res() response: Response) {
    runs++;
    if (name === 'mine') response.cookie('mine', '1');
    return new Promise<Response>((resolve, reject) => {
      response.sendFile(join(folder, name), (error?: Error) => {
        if (error === undefined) resolve(response);
        else reject(error);
      });
    });
  }

  @Get('/:name/whole')
  @Cached({ timeout: 3600 })
  async whole(@Param('name') name: string) {
    runs++;
    await gate?.pass();
    return { name };
  }
}

function start(): Promise<TestServer> {
  cache.configure({ maxEntryBytes: 1000 });
  return TestServer.ofControllers([MediaController]);
}

const partOf = async (server: TestServer, name: string, range: string) => {
  const { status, headers, body, outcome } = await server.get(`/media/${name}`, { range });
  return [status, headers['content-range'], body.length, outcome];
};

describe('a part of a response that cannot be stored', () => {
  it.each(['big', 'mine'])('(%s) is answered from the first request on, however long after the last', async name => {
    const time = holdTime();
    const server = await start();
    const size = sizes[name]!;
    for (const seconds of [0, 1, 11, 3600]) {
      time.forwardSeconds(seconds);
      expect(await partOf(server, name, 'bytes=10-19')).toEqual([206, `bytes 10-19/${size}`, 10, 'fwd=miss']);
      time.forwardSeconds(11);
      if (name === 'mine') expect((await partOf(server, name, 'bytes=0-'))[0]).toBe(206);
    }
    expect((await server.get(`/media/${name}`)).body).toHaveLength(size);
    time.forwardSeconds(11);
    expect((await partOf(server, name, 'bytes=1-'))[0]).toBe(206);
    expect(cache.stats().entries).toBe(0);
  });
});

describe('a part of a response that can be stored', () => {
  it('is never stored, but lets the next request fill the cache', async () => {
    const server = await start();
    expect(await partOf(server, 'small', 'bytes=10-19')).toEqual([206, 'bytes 10-19/100', 10, 'fwd=miss']);
    expect(cache.stats().entries).toBe(0);
    expect(await partOf(server, 'small', 'bytes=10-19')).toEqual([200, undefined, 100, 'fwd=miss']);
    expect(await partOf(server, 'small', 'bytes=10-19')).toEqual([200, undefined, 100, 'hit']);
    expect((await server.get('/media/small')).outcome).toBe('hit');
    expect(runs).toBe(2);
  });
});

describe('requests for parts of a whole response', () => {
  it('share one run of the handler', async () => {
    gate = new Gate();
    const server = await start();
    const lookUps = countLookUps();
    const asked = ['bytes=0-1', 'bytes=2-3', ''].map(range => server.get('/media/one/whole', range === '' ? {} : { range }));
    const goOn = await gate.next();
    await until(() => lookUps() === 3);
    goOn();
    const answers = await Promise.all(asked);
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([200, '{"name":"one"}']));
    expect(runs).toBe(1);
  });
});
