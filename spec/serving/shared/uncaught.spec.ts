import type { Response } from 'express';
import { Get, JsonController, Put, Res } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, Memoized } from '../../../lib/index.js';
import { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Store, StoreSettings } from '../../../lib/stores/store.js';
import { startAfresh } from '../../support/each.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { TestServer } from '../../support/server.js';

startAfresh();

@JsonController('/odd')
class OddController {
  @Put('/written')
  @InvalidatesCache('/odd')
  write(@Res() response: Response) {
    response.write({ not: 'bytes' });
    return response;
  }

  @Get('/read')
  @Cached({ timeout: 60 })
  read() {
    return { fine: true };
  }
}

class Odd {
  runs = 0;

  @Memoized()
  async result() {
    this.runs++;
    await Promise.resolve();
    return {
      get value(): number {
        throw new Error('no value');
      },
    };
  }
}

describe('an error outside of all promises', () => {
  let errors: string[];

  beforeEach(() => {
    errors = [];
    const open = (settings: StoreSettings): Store => new SharedStore(new MemoryDriver(), settings);
    cache.configure({ store: { open }, storeTimeout: 20, onError: ({ code }) => errors.push(code) });
  });

  it('ends the connection of a change that writes something that cannot be sent', async () => {
    const server = await TestServer.ofControllers([OddController]);
    await expect(server.put('/odd/written')).rejects.toThrow();
    expect((await server.get('/odd/read')).status).toBe(200);
  });

  it('is reported for a memoized result that cannot be read, and the call gets the result', async () => {
    const odd = new Odd();
    await Promise.all([odd.result(), odd.result()]);
    expect(errors).toContain('CACHE_RESULT_NOT_KEPT');
  });
});
