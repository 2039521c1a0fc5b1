import { Processes } from './processes.js';
import type { TestServer } from './server.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { breakableStores, type BreakableServer } from './stores.js';
import { users, versionIn } from './users.js';

/** A store that specs break and restore, with its server and its other processes. */
export class Breakable {
  /** Processes that reach the store through the breakable network. */
  readonly processes: Processes;
  /** Processes that always reach the store. */
  readonly elsewhere: Processes;

  constructor(readonly on: BreakableServer) {
    this.processes = new Processes(on.proxied);
    this.elsewhere = new Processes(on.direct, 0, this.processes.keyPrefix);
  }

  /** Waits until the store serves. On a busy machine the cache may first count the store as unreachable. */
  async fill(server: TestServer): Promise<void> {
    await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
  }

  /** Repeats a request until the store serves it. Until then the handler answers. */
  async expectRecovery(server: TestServer): Promise<void> {
    await ready('the store serves again', async () => {
      const answer = await server.get('/users/bob');
      expect([answer.status, versionIn(answer)]).toEqual([200, users.version]);
      return answer.outcome === 'hit';
    });
  }

  async end(): Promise<void> {
    await this.processes.end();
    await this.elsewhere.end();
  }
}

/** Describes a behaviour on every breakable store. @param body gets the store, which is new for each test */
export function describeBreakable(title: string, body: (current: () => Breakable) => void): void {
  describe.each(breakableStores.map(kind => ({ kind })))(title, ({ kind }) => {
    describeWith(kind.program, `on ${kind.name}`, () => {
      let on: BreakableServer;
      let current: Breakable;

      beforeAll(async () => {
        on = await kind.start();
      });
      beforeEach(() => {
        current = new Breakable(on);
      });
      afterEach(() => current.end());

      body(() => current);
    });
  });
}
