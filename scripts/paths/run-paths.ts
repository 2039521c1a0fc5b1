import type * as Library from '../../lib/index.js';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createExpressServer } from 'routing-controllers';
import { createApp, SHORT_TIMEOUT } from './app.js';
import { figuresOf, recordCalls, type PathFigures } from './recorder.js';

export interface RecordedPath extends PathFigures {
  readonly name: string;
}

interface Path {
  readonly name: string;
  /** Brings the cache into the state that the path needs. */
  readonly prepare: (round: number) => Promise<unknown>;
  readonly act: (round: number) => Promise<unknown>;
}

/** Rounds before the one that is recorded, so that lazily made parts exist. */
const WARM_ROUNDS = 5;
/** Milliseconds for the part of a path that follows the response, as a refresh does. */
const REST_MS = 200;

/** Runs each path warm, and records its last round. */
export async function runPaths(
  library: typeof Library,
  store: Library.CacheOptions['store'],
  redis: boolean,
): Promise<RecordedPath[]> {
  library.cache.configure({ store });
  const { controllers, rates } = createApp(library);
  const server = await listening(createServer(createExpressServer({ controllers: [...controllers] }) as never));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (path: string, outcome: string) => send(url, path, 'GET', outcome);
  const put = (path: string) => send(url, path, 'PUT');

  const hit: Path = {
    name: redis ? 'hit, Redis' : 'hit, simple store',
    prepare: round => (round === 0 ? get('/users/ada', 'fwd=') : Promise.resolve()),
    act: () => get('/users/ada', 'hit'),
  };
  const simple: Path[] = [
    { name: 'miss, simple store', prepare: () => Promise.resolve(), act: round => get(`/users/${round}`, 'fwd=miss') },
    { name: 'invalidation, simple store', prepare: () => get('/users/bob', 'fwd='), act: () => put('/users/bob') },
    {
      name: 'refresh behind a stale response',
      prepare: async round => {
        if (round === 0) await get('/stale/ada', 'fwd=');
        await wait(SHORT_TIMEOUT * 1000 + REST_MS);
      },
      act: () => get('/stale/ada', 'fwd=stale'),
    },
    { name: 'memoized hit', prepare: () => rates.of('EUR'), act: () => rates.of('EUR') },
    { name: 'memoized miss', prepare: () => Promise.resolve(), act: round => rates.of(String(round)) },
  ];
  try {
    const recorded: RecordedPath[] = [];
    for (const path of redis ? [hit] : [hit, ...simple]) recorded.push({ name: path.name, ...(await lastRound(path)) });
    return recorded;
  } finally {
    server.closeAllConnections();
    server.close();
    await library.cache.reset();
  }
}

async function lastRound({ prepare, act }: Path): Promise<PathFigures> {
  let calls: readonly string[] = [];
  for (let round = 0; round <= WARM_ROUNDS; round++) {
    await prepare(round);
    await wait(REST_MS);
    calls = await recordCalls(async () => {
      await act(round);
      await wait(REST_MS);
    });
  }
  return figuresOf(calls);
}

async function send(url: string, path: string, method: string, outcome = ''): Promise<void> {
  const response = await fetch(url + path, { method });
  await response.arrayBuffer();
  const status = response.headers.get('cache-status') ?? '';
  if (!response.ok || !status.includes(outcome)) throw new Error(`${method} ${path}: ${response.status}, ${status}`);
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}
