import { Processes } from './processes.js';
import type { TestServer } from './server.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { breakableStores, type BreakableServer } from './stores.js';
import { users, versionIn } from './users.js';

/** A store that specs break and mend, and those who use it. */
export class Breakable {
  /** They reach it through the network that breaks. */
  readonly processes: Processes;
  /** They always reach it. */
  readonly elsewhere: Processes;

  constructor(readonly on: BreakableServer) {
    this.processes = new Processes(on.proxied);
    this.elsewhere = new Processes(on.direct, 0, this.processes.keyPrefix);
  }

  /** Asks until the store serves: on a busy machine it may have passed for unreachable at first. */
  async fill(server: TestServer): Promise<void> {
    await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
  }

  /** Asks again and again until the store serves; whatever comes until then comes from the handler. */
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

/** Describes what must hold on every store that can break. @param body is given what each test has afresh */
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
