import type { Request } from 'express';
import { Get, JsonController } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeRacesOnEveryStore } from '../support/every-store.js';
import { TestServer } from '../support/server.js';

startAfresh();

let version = 0;
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

describeRacesOnEveryStore('forcedUpdate while an earlier computation runs', store => {
  it('is the response of later requests, and stays stored when the earlier computation ends', async () => {
    store().configure();
    const server = await TestServer.ofControllers([ForcedController]);
    gate = new Gate();
    version = 1;
    const earlier = server.get('/forced');
    const endEarlier = await gate.next();
    gate = undefined;
    version = 2;
    expect((await server.get('/forced?refresh=1')).text).toBe('{"version":2}');
    expect((await server.get('/forced')).text).toBe('{"version":2}');
    endEarlier();
    expect((await earlier).text).toBe('{"version":1}');
    await until(() => cache.stats().stores >= 1);
    expect((await server.get('/forced')).text).toBe('{"version":2}');
  });
});
