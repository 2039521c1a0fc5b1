import type * as Library from '../../lib/index.js';
import { Get, JsonController, OnUndefined, Param, Put } from 'routing-controllers';

export interface App {
  readonly controllers: readonly (new () => unknown)[];
  readonly rates: { of(currency: string): Promise<number> };
}

/** Seconds after which `/stale/:id` gets a stale response, and a refresh in the background. */
export const SHORT_TIMEOUT = 0.2;

/** The smallest application with each kind of path, decorated by the library that it gets. */
export function createApp({ Cached, InvalidatesCache, Memoized }: typeof Library): App {
  @JsonController('/users')
  class UsersController {
    @Get('/:id')
    @Cached({ timeout: 3600 })
    user(@Param('id') id: string) {
      return Promise.resolve({ id });
    }

    @Put('/:id')
    @InvalidatesCache('/users/:id')
    @OnUndefined(204)
    change(@Param('id') id: string) {
      return id === '' ? Promise.reject(new Error('No user.')) : Promise.resolve();
    }
  }

  @JsonController('/stale')
  class StaleController {
    @Get('/:id')
    @Cached({ timeout: SHORT_TIMEOUT, staleWhileRevalidate: 3600 })
    user(@Param('id') id: string) {
      return Promise.resolve({ id });
    }
  }

  class Rates {
    @Memoized({ timeout: 3600 })
    of(currency: string) {
      return Promise.resolve(currency.length);
    }
  }

  return { controllers: [UsersController, StaleController], rates: new Rates() };
}
