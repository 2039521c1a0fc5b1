import { createExpressServer, Delete, Get, getMetadataArgsStorage, JsonController, Post, Put } from 'routing-controllers';
import { cache, Cached, CacheUsageError, InvalidatesCache } from '../../lib/index.js';
import type { InvalidationTarget } from '../../lib/options/invalidation-target.js';
import { startAfresh } from '../support/each.js';

startAfresh();

let warnings: string[];
beforeEach(() => {
  getMetadataArgsStorage().reset();
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation(warning => void warnings.push(String(warning)));
});

/** Creates a server in which an action at `/users/:id/avatar` has this target. */
function serverWith(target: InvalidationTarget | undefined, routePrefix = ''): void {
  @JsonController('/users')
  class UsersController {
    @Get('/:id')
    @Cached()
    show() {
      return {};
    }

    @Get('/:name/friends')
    @Cached()
    friends() {
      return {};
    }

    @Put('/:id/avatar')
    @InvalidatesCache(target)
    change() {
      return {};
    }
  }
  createExpressServer({ controllers: [UsersController], routePrefix });
}

describe('a target', () => {
  it.each([
    '/users/:id',
    '/users',
    '/',
    '/users/me',
    '/users/:id/friends',
    ['/users/:id', '/users'],
    { paths: '/users', tags: 'users' },
    () => '/nowhere',
  ])('that reaches a cached route is no mistake: %j', target => {
    serverWith(target);
    serverWith(target, '/api');
    expect(warnings).toEqual([]);
  });

  it.each([
    ['/usres', '/users'],
    ['/user/:id', '/users/:id'],
    ['/Users/:id', '/users/:id'],
    ['/users/:id/freinds', '/users/:id/friends'],
    ['/users/:id/friends/all', '/users/:id/friends'],
    ['/api/users/:id', '/users/:id'],
  ])('that reaches none, as %s, warns with the one that was probably meant: %s', (target, meant) => {
    serverWith(target);
    expect(warnings).toEqual([
      `UsersController.change: @InvalidatesCache('${target}') reaches no cached route of its app, so that nothing is invalidated. Did you mean '${meant}'?`,
    ]);
  });

  it('that is left out warns where the path of the request reaches none', () => {
    serverWith(undefined);
    expect(warnings).toEqual([
      "UsersController.change: @InvalidatesCache() means '/users/:id/avatar', which reaches no cached route of its app, so that nothing is invalidated. Did you mean '/users/:id'?",
    ]);
  });

  it('warns by onError, where there is one', () => {
    const errors: string[] = [];
    cache.configure({ onError: ({ message }) => errors.push(message) });
    serverWith(['/users', '/usres']);
    expect(errors).toEqual([expect.stringMatching(/^CACHE_USAGE_DOUBTFUL: .*'\/usres'/)]);
    expect(warnings).toEqual([]);
  });

  it.each(['/api', 'api', '/api/v1', '/'])('that repeats the routePrefix %s is a mistake, unless a route does', routePrefix => {
    const prefix = `/${routePrefix}`.replace(/^\/+|\/$/g, '/').replace(/\/$/, '');
    if (prefix === '') {
      serverWith('/users/:id', routePrefix);
      expect(warnings).toEqual([]);
      return;
    }
    expect(() => {
      serverWith(`${prefix}/users/:id`, routePrefix);
    }).toThrow(
      new CacheUsageError('CACHE_USAGE_INVALID', [
        `UsersController.change: @InvalidatesCache('${prefix}/users/:id') repeats the routePrefix '${routePrefix}', to which targets are relative. Write '/users/:id'.`,
      ]),
    );
  });

  it('may begin as the routePrefix does where a route of the app does', () => {
    @JsonController('/api/users')
    class UsersController {
      @Get('/:id')
      @Cached()
      show() {
        return {};
      }

      @Delete('/:id')
      @InvalidatesCache('/api/users/:id')
      remove() {
        return {};
      }
    }
    createExpressServer({ controllers: [UsersController], routePrefix: '/api' });
    expect(warnings).toEqual([]);
  });

  it('of an app that caches nothing is for another app, and of a route that is a pattern for any', () => {
    @JsonController('/changes')
    class ChangesController {
      @Post('/')
      @InvalidatesCache('/users')
      change() {
        return {};
      }
    }
    @JsonController()
    class PatternsController {
      @Get(/^\/users\/(\w+)/)
      @Cached()
      show() {
        return {};
      }
    }
    createExpressServer({ controllers: [ChangesController] });
    createExpressServer({ controllers: [ChangesController, PatternsController] });
    expect(warnings).toEqual([]);
  });

  it('is that of the action that counts: a controller that declares it again hides the inherited target', () => {
    class Base {
      @Post('/')
      @InvalidatesCache('/nowhere')
      change() {
        return {};
      }
    }
    @JsonController('/inheriting')
    class Inheriting extends Base {
      @Get('/')
      @Cached()
      list() {
        return {};
      }
    }
    @JsonController('/hiding')
    class Hiding extends Base {
      @Post('/')
      override change() {
        return {};
      }
    }
    createExpressServer({ controllers: [Inheriting, Hiding] });
    expect(warnings).toEqual([expect.stringMatching(/^Inheriting\.change: .*'\/nowhere'/)]);
  });

  it('is looked for in its own app', () => {
    @JsonController('/one')
    class OneController {
      @Get('/')
      @Cached()
      list() {
        return {};
      }

      @Post('/')
      @InvalidatesCache('/two')
      change() {
        return {};
      }
    }
    @JsonController('/two')
    class TwoController {
      @Get('/')
      @Cached()
      list() {
        return {};
      }
    }
    createExpressServer({ controllers: [OneController] });
    expect(warnings).toHaveLength(1);
    createExpressServer({ controllers: [OneController, TwoController] });
    expect(warnings).toHaveLength(1);
  });
});
