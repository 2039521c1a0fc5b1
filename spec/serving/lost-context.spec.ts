import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Response } from 'express';
import { Get, JsonController, Res } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

type OnRow = (row: string) => void;

/** One connection for all requests, with a callback for each answer, as database drivers have it. */
class Driver {
  private readonly waiting: OnRow[] = [];

  constructor(readonly socket: Socket) {
    socket.on('data', bytes => {
      for (const row of bytes.toString().trim().split('\n')) this.waiting.shift()?.(row);
    });
  }

  query(text: string, onRow: OnRow): void {
    this.waiting.push(onRow);
    this.socket.write(`${text}\n`);
  }
}

const bus = new EventEmitter();
const jobs: (() => void)[] = [];
let echo: Server;
let driver: Driver;

beforeAll(async () => {
  echo = createServer(socket => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  driver = new Driver(connect((echo.address() as AddressInfo).port, '127.0.0.1'));
});
afterAll(() => {
  driver.socket.destroy();
  echo.close();
});

@JsonController('/lost')
class LostController {
  @Get('/driver')
  @Cached({ timeout: 60 })
  driver(@Res() response: Response) {
    return new Promise(resolve => {
      driver.query('row', row => {
        resolve(response.json({ row }));
      });
    });
  }

  @Get('/queue')
  @Cached({ timeout: 60 })
  queue(@Res() response: Response) {
    return new Promise(resolve => {
      jobs.push(() => {
        resolve(response.json({ row: 'row' }));
      });
    });
  }

  @Get('/events')
  @Cached({ timeout: 60 })
  events(@Res() response: Response) {
    return new Promise(resolve => {
      bus.once('row', row => {
        response.write('{"row":');
        bus.once('row', () => {
          resolve(response.end(`"${row as string}"}`));
        });
      });
    });
  }
}

const drives: Record<string, () => Promise<void>> = {
  driver: () => Promise.resolve(),
  queue: async () => {
    await until(() => jobs.length > 0);
    jobs.shift()?.();
  },
  events: async () => {
    for (let emitted = 0; emitted < 2; emitted++) {
      await until(() => bus.listenerCount('row') > 0);
      bus.emit('row', 'row');
    }
  },
};

describe('the response of a method from a callback that another asynchronous context runs', () => {
  it.each(Object.keys(drives))('is its own answer, and is stored: %s', async way => {
    const server = await TestServer.ofControllers([LostController]);
    const miss = server.get(`/lost/${way}`);
    await drives[way]!();
    expect(await miss).toMatchObject({ outcome: 'fwd=miss', text: '{"row":"row"}' });
    await until(() => cache.stats().stores === 1);
    expect(await server.get(`/lost/${way}`)).toMatchObject({ outcome: 'hit', text: '{"row":"row"}' });
  });
});
