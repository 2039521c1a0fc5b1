import type { Request } from 'express';
import { Get, JsonController } from 'routing-controllers';
import { Cached } from '../../../lib/index.js';
import { processCache } from '../../../lib/cache/process-cache.js';
import type { Address } from '../../../lib/stores/store.js';
import { Gate } from '../../support/deferred.js';
import { startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { describeOn, sharedStores } from '../../support/stores.js';

startAfresh();

let version: number;
let gate: Gate | undefined;

@JsonController('/forced')
class ForcedController {
  @Get('/')
  @Cached({ forcedUpdate: ({ request }) => (request as Request).query.refresh !== undefined })
  async read() {
    const read = version;
    await gate?.pass();
    return { version: read };
  }
}

describe.each(sharedStores.map(kind => ({ kind })))(
  'a forced update in one process, and a computation in another',
  ({ kind }) => {
    describeOn(kind, shared => {
      let processes: Processes;
      let server: TestServer;

      beforeEach(async () => {
        gate = undefined;
        version = 1;
        processes = new Processes(shared(), kind.nearBytes);
        server = await processes.serve(ForcedController);
      });
      afterEach(() => processes.end());

      /** Whether this process computes, or is about to store what it has computed. */
      const isUnderWay = ({ key }: Address) => processCache.current.get().singleFlight.get(key) !== undefined;

      /** A request whose method runs until it is ended. */
      async function begin(path: string) {
        gate = new Gate();
        const answer = server.get(path);
        const end = await gate.next();
        gate = undefined;
        return { answer, end };
      }

      it('end with the forced update in the store, whose computation began later', async () => {
        const { answer, end } = await begin('/forced');
        const address = processes.lastAddress;
        const other = processes.open();
        expect(await (await other.compute(address))('{"version":2}')).toBe(true);
        expect((await server.get('/forced')).text).toBe('{"version":2}');
        end();
        expect((await answer).text).toBe('{"version":1}');
        await until(() => !isUnderWay(address));
        for (let request = 0; request < 3; request++) {
          expect((await server.get('/forced')).text).toBe('{"version":2}');
          expect(await other.hit(address)).toBe('{"version":2}');
        }
      });

      it('serve nothing older than the forced update, where the earlier computation is stored first', async () => {
        await server.get('/forced');
        const address = processes.lastAddress;
        await until(() => !isUnderWay(address));
        const other = processes.open();
        const endEarlier = await other.compute(address);
        version = 2;
        const { answer, end } = await begin('/forced?refresh=1');
        await endEarlier('{"version":1}');
        end();
        expect((await answer).text).toBe('{"version":2}');
        await until(() => !isUnderWay(address));
        expect((await server.get('/forced')).text).toBe('{"version":2}');
        await until(() => !isUnderWay(address));
        expect(await other.hit(address)).toBe('{"version":2}');
      });
    });
  },
);
