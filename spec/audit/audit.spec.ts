import {
  createExpressServer,
  Delete,
  Get,
  getMetadataArgsStorage,
  JsonController,
  Param,
  Patch,
  Post,
  Put,
  useExpressServer,
} from 'routing-controllers';
import express from 'express';
import { cache, Cached, CacheDefaults, ChangesNothing, InvalidatesCache, Memoized, type AuditFinding } from '../../lib/index.js';
import type { InvalidationTarget } from '../../lib/options/invalidation-target.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();
beforeEach(() => {
  getMetadataArgsStorage().reset();
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

/** Loads a controller in which a change has these decorators. */
function loadUsers(...decorators: MethodDecorator[]): new () => unknown {
  @JsonController('/users')
  class Users {
    @Get('/:name')
    @Cached({ timeout: 600 })
    show(@Param('name') name: string) {
      return { name };
    }

    @Put('/:name/avatar')
    change() {
      return {};
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Users.prototype, 'change')!;
  for (const decorate of decorators) decorate(Users.prototype, 'change', descriptor);
  Object.defineProperty(Users.prototype, 'change', descriptor);
  return Users;
}

/** Loads a service with one change. */
function loadService(target: InvalidationTarget): object {
  class Service {
    @InvalidatesCache(target)
    async change() {
      await Promise.resolve();
    }
  }
  return Service;
}

/** A class is loaded when it is defined: the parameters only name the classes that a test defines. */
const codes = (..._loaded: object[]): string[] => cache.audit().findings.map(({ code, where }) => `${code} ${where}`);
const only = (code: AuditFinding['code']): AuditFinding[] => cache.audit().findings.filter(finding => finding.code === code);

describe('the audit', () => {
  it('has the actions with the changes that invalidate them, and how', () => {
    @JsonController('/users')
    @CacheDefaults({ timeout: 90 })
    class Users {
      @Get('/:name')
      @Cached({ tags: ['people'] })
      show() {
        return {};
      }

      @Put('/:name')
      @InvalidatesCache({ paths: '/users/:name', tags: ['people'] })
      change() {
        return {};
      }

      @Delete('/:name')
      @InvalidatesCache()
      remove() {
        return {};
      }
    }
    createExpressServer({ controllers: [Users], routePrefix: '/api' });
    const audit = cache.audit();
    expect(audit.actions).toEqual([
      {
        name: 'Users.show',
        kind: 'action',
        method: 'GET',
        route: '/api/users/:name',
        timeout: 90,
        tags: ['people'],
        hasUnknownTags: false,
        derivesTags: false,
        invalidatedBy: [
          { change: 'Users.change', how: 'path', target: '/users/:name' },
          { change: 'Users.change', how: 'tag', target: 'people' },
          { change: 'Users.remove', how: 'path', target: '/users/:name' },
        ],
        mayBeInvalidatedBy: [],
      },
    ]);
    expect(
      audit.changes.map(({ name, method, route, declares, paths, tags }) => [name, method, route, declares, paths, tags]),
    ).toEqual([
      ['Users.change', 'PUT', '/api/users/:name', 'targets', ['/users/:name'], ['people']],
      ['Users.remove', 'DELETE', '/api/users/:name', 'targets', ['/users/:name'], []],
    ]);
    expect(audit.findings).toEqual([]);
    expect(JSON.parse(JSON.stringify(audit))).toEqual(audit);
  });

  it('needs no server, and is the same after one is created, except for the routePrefix', () => {
    const Users = loadUsers(InvalidatesCache('/users/:name'));
    const before = cache.audit();
    createExpressServer({ controllers: [Users], routePrefix: '/api' });
    const after = cache.audit();
    expect(before.actions.map(({ route }) => route)).toEqual(['/users/:name']);
    expect(after.actions.map(({ route }) => route)).toEqual(['/api/users/:name']);
    expect([before.findings, after.findings]).toEqual([[], []]);
  });

  it('has the actions of all servers, and one of two servers with the same routes once', () => {
    const One = loadUsers(InvalidatesCache('/users'));
    @JsonController('/posts')
    class Posts {
      @Get()
      @Cached({ timeout: 5 })
      list() {
        return [];
      }
    }
    createExpressServer({ controllers: [One] });
    createExpressServer({ controllers: [One, Posts] });
    createExpressServer({ controllers: [Posts], routePrefix: '/v2' });
    expect(cache.audit().actions.map(({ name, route }) => `${name} ${route!}`)).toEqual([
      'Posts.list /posts',
      'Posts.list /v2/posts',
      'Users.show /users/:name',
    ]);
    expect(cache.audit()).toEqual(cache.audit());
  });

  it('has the path at which Express mounts an app, also if the mount happens later', () => {
    const app = express();
    useExpressServer(app, { controllers: [loadUsers(ChangesNothing())] });
    loadService('/mounted/users');
    expect(codes()).toEqual(['TARGET_REACHES_NOTHING Service.change', 'NEVER_INVALIDATED Users.show']);
    express().use('/mounted', app);
    expect(codes()).toEqual([]);
    expect(cache.audit().actions[0]!.route).toBe('/mounted/users/:name');
  });

  it('counts a route with a pattern as reachable by each path', () => {
    @JsonController()
    class Files {
      @Get(/^\/files\/(\w+)/)
      @Cached({ timeout: 600 })
      show() {
        return {};
      }

      @Delete('/files/*')
      @InvalidatesCache()
      remove() {
        return {};
      }

      @Get('/touch')
      @InvalidatesCache('/anything')
      touch() {
        return {};
      }
    }
    expect(codes(Files)).toEqual([]);
    expect(cache.audit().actions).toMatchObject([
      {
        name: 'Files.show',
        route: '/^\\/files\\/(\\w+)/',
        invalidatedBy: [],
        mayBeInvalidatedBy: ['Files.remove', 'Files.touch'],
      },
    ]);
    expect(cache.audit().changes).toMatchObject([
      { name: 'Files.remove', method: 'DELETE', paths: [], hasUnknownTargets: true },
      { name: 'Files.touch', method: 'GET', paths: ['/anything'], hasUnknownTargets: false },
    ]);
  });

  it('creates no runtime, so that the cache can still be configured', () => {
    loadUsers();
    cache.audit();
    cache.configure({ defaultTimeout: 7 });
    expect(cache.stats().entries).toBe(0);
  });

  it('has the default timeout of the configuration', () => {
    @JsonController('/posts')
    class Posts {
      @Get()
      @Cached()
      list() {
        return [];
      }
    }
    const timeouts = (..._loaded: object[]) => cache.audit().actions.map(({ timeout }) => timeout);
    expect(timeouts(Posts)).toEqual([300]);
    cache.configure({ defaultTimeout: 7 });
    expect(timeouts(Posts)).toEqual([7]);
  });
});

describe('CHANGE_UNDECLARED', () => {
  it('is an action that changes data and declares nothing', () => {
    loadUsers();
    expect(only('CHANGE_UNDECLARED')).toEqual([
      {
        code: 'CHANGE_UNDECLARED',
        where: 'Users.change',
        message:
          "PUT /users/:name/avatar has no @InvalidatesCache, so that nothing is invalidated. Write @InvalidatesCache('/users/:name'), or @ChangesNothing() if it changes no cached data, or if the services that it calls declare their changes.",
      },
    ]);
  });

  it('is for POST, PUT, PATCH and DELETE, and names no path where none of the action is cached', () => {
    @JsonController('/things')
    class Things {
      @Get()
      list() {
        return [];
      }

      @Post()
      add() {
        return {};
      }

      @Put()
      replace() {
        return {};
      }

      @Patch()
      change() {
        return {};
      }

      @Delete()
      remove() {
        return {};
      }
    }
    expect(codes(Things)).toEqual(['add', 'change', 'remove', 'replace'].map(name => `CHANGE_UNDECLARED Things.${name}`));
    expect(cache.audit().findings[0]!.message).toContain('Write @InvalidatesCache with its paths or tags, or @ChangesNothing()');
  });

  it.each([
    ['@InvalidatesCache', InvalidatesCache('/users')],
    ['a function as target', InvalidatesCache(() => '/users')],
    ['@ChangesNothing', ChangesNothing()],
  ])('is no finding with %s', (_, decorator) => {
    loadUsers(decorator);
    expect(only('CHANGE_UNDECLARED')).toEqual([]);
  });

  it('follows inheritance: the decorators of an inherited action count, those of a hidden one do not', () => {
    class Base {
      @Post('/inherited')
      @InvalidatesCache('/users')
      inherited() {
        return {};
      }

      @Post('/hidden')
      @InvalidatesCache('/users')
      hidden() {
        return {};
      }

      @Post('/exempt')
      @ChangesNothing()
      exempt() {
        return {};
      }
    }
    @JsonController('/users')
    class Users extends Base {
      @Get()
      @Cached({ timeout: 600 })
      list() {
        return [];
      }

      @Post('/hidden')
      override hidden() {
        return {};
      }
    }
    expect(codes()).toEqual(['CHANGE_UNDECLARED Users.hidden']);
    createExpressServer({ controllers: [Users] });
    expect(codes()).toEqual(['CHANGE_UNDECLARED Users.hidden']);
  });
});

describe('@ChangesNothing', () => {
  it('with @InvalidatesCache is a mistake when the server is created', () => {
    const Users = loadUsers(InvalidatesCache('/users'), ChangesNothing());
    expect(() => createExpressServer({ controllers: [Users] })).toThrow(
      'CACHE_USAGE_INVALID: Users.change: @ChangesNothing and @InvalidatesCache contradict each other. Leave @ChangesNothing out where the method changes data.',
    );
  });

  it('with @InvalidatesCache on a service is a mistake when a server is created, and at the first call', async () => {
    class Service {
      @ChangesNothing()
      @InvalidatesCache('/users')
      async change() {
        await Promise.resolve();
      }

      @InvalidatesCache('/users')
      @ChangesNothing()
      static async changeAll() {
        await Promise.resolve();
      }
    }
    expect(() => createExpressServer({ controllers: [loadUsers(ChangesNothing())] })).toThrow(/Service\.change: .*contradict/);
    await expect(async () => new Service().change()).rejects.toThrow(/Service\.change: .*contradict/);
    await expect(async () => Service.changeAll()).rejects.toThrow(/Service\.changeAll: .*contradict/);
  });

  it('without parentheses is a mistake', () => {
    expect(() => {
      class Users {
        // @ts-expect-error: the mistake
        @ChangesNothing
        change() {
          return {};
        }
      }
      return Users;
    }).toThrow('Users.change: @ChangesNothing has no parentheses. Write @ChangesNothing().');
  });

  it('has no effect on requests', async () => {
    const server = await TestServer.ofControllers([loadUsers(ChangesNothing())]);
    await server.get('/users/bob');
    const { status, outcome } = await server.put('/users/bob/avatar');
    expect([status, outcome]).toEqual([200, undefined]);
    expect((await server.get('/users/bob')).outcome).toBe('hit');
  });
});

describe('NEVER_INVALIDATED', () => {
  it('is a cached action that no target reaches', () => {
    loadUsers(ChangesNothing());
    expect(cache.audit().findings).toEqual([
      {
        code: 'NEVER_INVALIDATED',
        where: 'Users.show',
        message:
          "GET /users/:name is cached for 600 seconds, and no @InvalidatesCache reaches it. Write @InvalidatesCache('/users/:name') on the method that changes its data, a timeout of at most 60 seconds, or @ChangesNothing() if its data never changes.",
      },
    ]);
  });

  it.each([
    [0, true],
    [undefined, true],
    [61, true],
    [60, false],
    [1, false],
  ])('depends on the timeout: with %s, it is %s', (timeout, isFound) => {
    @JsonController('/rates')
    class Rates {
      @Get()
      @Cached({ timeout })
      list() {
        return [];
      }
    }
    expect(codes(Rates)).toEqual(isFound ? ['NEVER_INVALIDATED Rates.list'] : []);
  });

  it.each<[string, InvalidationTarget]>([
    ['a path', '/users/:name'],
    ['the path of all', '/'],
    ['a function', () => '/elsewhere'],
  ])('is no finding where %s may reach it', (_, target) => {
    loadUsers(InvalidatesCache(target));
    expect(codes()).toEqual([]);
  });

  it('is no finding where a function of any change, or of its tags, is unknown', () => {
    @JsonController('/rates')
    class Rates {
      @Get()
      @Cached({ timeout: 0, tags: () => ['rates'] })
      list() {
        return [];
      }
    }
    expect(codes(Rates)).toEqual(['NEVER_INVALIDATED Rates.list']);
    loadService({ tags: 'rates' });
    expect(codes()).toEqual([]);
    expect(cache.audit().actions[0]).toMatchObject({ invalidatedBy: [], mayBeInvalidatedBy: ['Service.change'] });
  });

  it('is no finding where it may use a memoized result that a change reaches', () => {
    @JsonController('/rates')
    class Rates {
      @Get()
      @Cached({ timeout: 600 })
      list() {
        return [];
      }
    }
    class Service {
      @Memoized({ tags: ['rates'] })
      async rates() {
        return Promise.resolve([]);
      }
    }
    expect(codes(Rates, Service)).toContain('NEVER_INVALIDATED Rates.list');
    loadService({ tags: 'rates' });
    expect(codes()).toEqual([]);
    expect(cache.audit().actions.map(({ name, kind, invalidatedBy }) => [name, kind, invalidatedBy])).toEqual([
      ['Rates.list', 'action', []],
      ['Service.rates', 'memoized', [{ change: 'Service.change', how: 'tag', target: 'rates' }]],
    ]);
  });

  it('is no finding with @ChangesNothing on the action', () => {
    @JsonController('/countries')
    class Countries {
      @Get()
      @Cached({ timeout: 0 })
      @ChangesNothing()
      list() {
        return [];
      }
    }
    expect(codes(Countries)).toEqual([]);
  });
});

describe('TARGET_REACHES_NOTHING', () => {
  it.each([
    ['/usres/:name', '/users/:name'],
    ['/users/:name/freinds', '/users/:name'],
  ])('is a target that reaches no cached route, as %s: the nearest is %s', (target, meant) => {
    loadUsers(InvalidatesCache(['/users', target]));
    expect(cache.audit().findings).toEqual([
      {
        code: 'TARGET_REACHES_NOTHING',
        where: 'Users.change',
        message: `@InvalidatesCache('${target}') reaches no cached route, so that nothing is invalidated. Did you mean '${meant}'?`,
      },
    ]);
  });

  it('is a target that is left out where the path of the request reaches none', () => {
    loadUsers(InvalidatesCache(), InvalidatesCache('/users'));
    expect(only('TARGET_REACHES_NOTHING').map(({ message }) => message)).toEqual([
      "@InvalidatesCache() means '/users/:name/avatar', which reaches no cached route, so that nothing is invalidated. Did you mean '/users/:name'?",
    ]);
  });

  it.each<[string, string | undefined, InvalidationTarget, string[]]>([
    ['a whole path', '/api', '/api/users/bob', []],
    ['a whole path with a wildcard', '/api', '/api/users/*', []],
    ['a path without the routePrefix', '/api', '/users/bob', ['TARGET_REACHES_NOTHING Service.change']],
    ['a wrong path', '/api', '/api/usres', ['TARGET_REACHES_NOTHING Service.change']],
    ['a path, without a server', undefined, '/any/prefix/users/bob', []],
    ['a path that ends outside, without a server', undefined, '/users/bob/friends', ['TARGET_REACHES_NOTHING Service.change']],
  ])('is for whole paths of services too: %s', (_, routePrefix, target, expected) => {
    const Users = loadUsers(InvalidatesCache('/users'));
    if (routePrefix !== undefined) createExpressServer({ controllers: [Users], routePrefix });
    loadService(target);
    expect(codes()).toEqual(expected);
  });

  it('finds the controllers of another app', () => {
    const Users = loadUsers(ChangesNothing());
    @JsonController('/admin')
    class Admin {
      @Post()
      @InvalidatesCache('/users')
      rename() {
        return {};
      }
    }
    createExpressServer({ controllers: [Users] });
    createExpressServer({ controllers: [Admin] });
    expect(codes()).toEqual([]);
  });

  it('is no finding in a program that caches no route: its targets are for other processes', () => {
    loadService({ paths: '/users', tags: 'users' });
    expect(codes()).toEqual([]);
  });

  it('may be the path of all memoized results', () => {
    class Service {
      @Memoized({ timeout: 600, tags: [] })
      async all() {
        return Promise.resolve([]);
      }
    }
    expect(codes(Service)).toEqual([]);
    loadService('/');
    expect(cache.audit().actions).toMatchObject([{ name: 'Service.all', invalidatedBy: [{ how: 'path', target: '/' }] }]);
  });
});

describe('TAG_ONE_SIDED', () => {
  function loadRates(tags: string[] | (() => string[])): object {
    @JsonController('/rates')
    class Rates {
      @Get()
      @Cached({ timeout: 30, tags })
      list() {
        return [];
      }
    }
    return Rates;
  }

  it('is a tag that only a target has, or only a result: each names the other', () => {
    loadRates(['rates']);
    loadService({ tags: 'raets' });
    expect(cache.audit().findings).toEqual([
      {
        code: 'TAG_ONE_SIDED',
        where: 'Rates.list',
        message:
          "@Cached({ tags: ['rates'] }) has a tag that no @InvalidatesCache names. Write @InvalidatesCache({ tags: 'rates' }) on the method that changes its data, in place of cache.invalidateTags and cache.changing, or remove the tag.",
      },
      {
        code: 'TAG_ONE_SIDED',
        where: 'Service.change',
        message:
          "@InvalidatesCache({ tags: 'raets' }) names a tag that no @Cached and no @Memoized has, so that nothing is invalidated. Did you mean 'rates'? If code adds the tag by cache.tag, write a function: @InvalidatesCache(() => ({ tags: 'raets' })).",
      },
    ]);
  });

  it('names the tag to write on the results where no other tag is near', () => {
    loadRates(['rates']);
    loadService({ tags: ['rates', 'people'] });
    expect(cache.audit().findings.map(({ message }) => message)).toEqual([
      expect.stringContaining("so that nothing is invalidated. Write tags: ['people'] on the results that it changes. If code"),
    ]);
  });

  it('is no finding where both sides have the tag, on a memoized method too', () => {
    class Service {
      @Memoized({ tags: ['rates'] })
      async all() {
        return Promise.resolve([]);
      }
    }
    expect(codes(Service)).toEqual(['TAG_ONE_SIDED Service.all']);
    loadService({ tags: 'rates' });
    expect(codes()).toEqual([]);
  });

  it('is no finding where a function may have the tag', () => {
    loadRates(() => ['rates']);
    loadService({ tags: 'rates' });
    expect(codes()).toEqual([]);
    getMetadataArgsStorage().reset();
    loadRates(['rates']);
    loadService(() => ({ tags: 'rates' }));
    expect(codes()).toEqual([]);
  });
});
