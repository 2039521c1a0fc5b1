import { Get, JsonController } from 'routing-controllers';
import type * as Package from '../../lib/index.js';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

describe('the package installed twice', () => {
  it('has one cache, which serves the decorators of both', async () => {
    let second: typeof Package | undefined;
    jest.isolateModules(() => {
      second = jest.requireActual<typeof Package>('../../lib/index.js');
    });
    const { Cached, CacheConfig, cache: cacheOfSecond } = second!;
    expect(cacheOfSecond).toBe(cache);

    @JsonController('/twice')
    class TwiceController {
      @Get('/')
      @Cached()
      show() {
        return { runs: 1 };
      }
    }
    class SecondConfig extends CacheConfig {
      override defaultTimeout = 9;
    }
    cache.configure(SecondConfig);
    const server = await TestServer.ofControllers([TwiceController]);
    await server.get('/twice');
    expect((await server.get('/twice')).headers['cache-status']).toMatch(/hit; ttl=9$/);
  });
});
