import { createHook } from 'node:async_hooks';
import crypto from 'node:crypto';
import { ServerResponse, type RequestListener } from 'node:http';
import type { Writable } from 'node:stream';
import { Get, JsonController, QueryParam } from 'routing-controllers';
import { exchangeOf } from '../../bench/inject.js';
import { cache, Cached, onCacheEvent } from '../../lib/index.js';
import { countLookUps, startAfresh } from '../support/each.js';
import { appOf } from '../support/server.js';

startAfresh();

let runs = 0;
beforeEach(() => (runs = 0));

/** Long enough for Express to make a buffer of it. */
const TEXT = 'a text '.repeat(300);

/** Holds what waits for it nowhere, so that routing-controllers makes for it the promises that it always makes. */
const UNSETTLED: object = { then: () => UNSETTLED, catch: () => UNSETTLED };

@JsonController('/pages')
class PagesController {
  @Get('/cached')
  @Cached()
  cached(@QueryParam('page') page: number): object {
    runs++;
    return { page, text: TEXT };
  }

  @Get('/early')
  @Cached({ edge: true })
  early(): object {
    return { text: TEXT };
  }

  @Get('/uncached')
  uncached(@QueryParam('page') page: number): object {
    return { page, text: TEXT };
  }

  /** The least that anything can make in place of a method. */
  @Get('/floor')
  floor(@QueryParam('page') _page: number): object {
    return UNSETTLED;
  }
}

/** What one request has made. */
interface Cost {
  readonly isAnswered: boolean;
  readonly promises: number;
  /** Asynchronous resources of `queueMicrotask`. */
  readonly microtasks: number;
  readonly timers: number;
  /** Hashes, of which an ETag is one. */
  readonly hashes: number;
  /** Buffers of their own, as copies of bodies are. */
  readonly buffers: number;
  readonly writesToSocket: number;
  /** Methods of the response that were replaced. */
  readonly replaced: readonly string[];
}

/** What a request makes up to the end of its response, when others have gone before it. */
async function costOf(app: RequestListener, path: string): Promise<Cost> {
  const { request, response } = exchangeOf(path);
  const counts = { PROMISE: 0, Microtask: 0 };
  const hook = createHook({
    init: (_id, type) => {
      if (type in counts) counts[type as keyof typeof counts]++;
    },
  });
  const spies = [
    jest.spyOn(globalThis, 'setTimeout'),
    jest.spyOn(crypto, 'createHash'),
    jest.spyOn(Buffer, 'allocUnsafeSlow'),
  ] as const;
  for (const spy of spies) spy.mockClear();
  const writes = countWrites(response.socket as Writable);

  await turn();
  hook.enable();
  app(request, response);
  await turn();
  hook.disable();
  const [timers, hashes, buffers] = spies.map(spy => spy.mock.calls.length) as [number, number, number];
  const { PROMISE: promises, Microtask: microtasks } = counts;
  const isAnswered = response.writableFinished;
  return { isAnswered, promises, microtasks, timers, hashes, buffers, writesToSocket: writes(), replaced: replacedIn(response) };
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function countWrites(socket: Writable): () => number {
  let writes = 0;
  socket._write = (_chunk, _encoding, callback) => {
    writes++;
    callback();
  };
  socket._writev = (_chunks, callback) => {
    writes++;
    callback();
  };
  return () => writes;
}

function replacedIn(response: ServerResponse): string[] {
  return Object.entries(response)
    .filter(([name, value]) => typeof value === 'function' && name in ServerResponse.prototype)
    .map(([name]) => name)
    .sort();
}

describe('the cost', () => {
  let app: RequestListener;

  beforeEach(async () => {
    app = appOf([PagesController]);
    // What is made once, the description of the action and the entry of page 1 among it.
    for (const action of ['cached', 'uncached', 'floor']) await costOf(app, `/pages/${action}?page=1`);
    runs = 0;
  });

  it('of a hit in memory is one look-up, one write to the socket, and otherwise that of a plain response', async () => {
    const lookUps = countLookUps();
    const floor = await costOf(app, '/pages/floor?page=1');
    expect(await costOf(app, '/pages/cached?page=1')).toEqual({
      isAnswered: true,
      promises: floor.promises,
      microtasks: 0,
      timers: 0,
      hashes: 0,
      buffers: 0,
      writesToSocket: 1,
      replaced: [],
    });
    expect(lookUps()).toBe(1);
    expect(runs).toBe(0);
  });

  it('of events is nothing without subscribers: a hit reads no clock, also after the end of a subscription', async () => {
    const clock = jest.spyOn(performance, 'now');
    // Once a second, the clock of the simple store reads both clocks.
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    const edge = cache.edge(app);
    await costOf(edge, '/pages/early');
    const read = async (): Promise<number[]> => {
      const counts: number[] = [];
      for (const [listener, path] of [[app, '/pages/cached?page=1'] as const, [edge, '/pages/early'] as const]) {
        clock.mockClear();
        expect((await costOf(listener, path)).isAnswered).toBe(true);
        counts.push(clock.mock.calls.length);
      }
      return counts;
    };
    expect(await read()).toEqual([0, 0]);
    const stop = onCacheEvent('outcome', () => undefined);
    expect(await read()).toEqual([2, 2]);
    stop();
    expect(await read()).toEqual([0, 0]);
    expect(cache.stats()).toMatchObject({ hits: 6 });
  });

  it('of a miss in memory is one more promise, copy of the body and four methods than without a cache', async () => {
    const lookUps = countLookUps();
    const uncached = await costOf(app, '/pages/uncached?page=2');
    expect(uncached).toMatchObject({ hashes: 1, replaced: [] });
    expect(await costOf(app, '/pages/cached?page=2')).toEqual({
      isAnswered: true,
      promises: uncached.promises + 1,
      microtasks: 0,
      timers: 0,
      hashes: 1,
      buffers: 1,
      writesToSocket: uncached.writesToSocket,
      replaced: ['end', 'setHeader', 'write', 'writeHead'],
    });
    expect(lookUps()).toBe(1);
    expect(runs).toBe(1);
  });
});
