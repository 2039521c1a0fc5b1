import express from 'express';
import { Get, JsonController, Param, Params, Put, createExpressServer } from 'routing-controllers';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

@JsonController('/Users')
class UsersController {
  @Get('/:name')
  @Cached()
  show(@Param('name') name: string) {
    return { name };
  }

  @Get('/:name/friends')
  @Cached()
  friends(@Param('name') name: string) {
    return { friendsOf: name };
  }

  @Put('/:name/avatar')
  @InvalidatesCache('/Users/:name')
  changeAvatar() {
    return {};
  }

  @Put('/:name')
  @InvalidatesCache()
  change() {
    return {};
  }

  @Put('/:name/by-function')
  @InvalidatesCache(({ args: [name], result }) => [
    '/Users/:name/friends',
    `/Users/${(result as { other: string }).other}`,
    `/nothing/${name}`,
  ])
  changeByFunction(@Param('name') _name: string) {
    return { other: 'carol' };
  }

  @Put('/:name/by-bad-function')
  @InvalidatesCache(() => {
    throw new Error('which path?');
  })
  changeByBadFunction() {
    return { changed: true };
  }
}

@JsonController('/routes')
class RoutesController {
  @Get('/numbered/:id(\\d+)')
  @Cached()
  numbered(@Param('id') id: number) {
    return { id };
  }

  @Get('/optional/:part?')
  @Cached()
  optional(@Params() parameters: object) {
    return parameters;
  }

  @Get('/Files/*')
  @Cached()
  files(@Param('0') path: string) {
    return { path };
  }
}

@JsonController('/Typed')
class TypedController {
  @Get('/text/:id')
  @Cached()
  text(@Param('id') id: string) {
    return { id };
  }

  @Put('/text/:id')
  @InvalidatesCache()
  changeByNumber(@Param('id') _id: number) {
    return {};
  }

  @Get('/number/:id')
  @Cached()
  number(@Param('id') id: number) {
    return { id };
  }

  @Put('/number/:id')
  @InvalidatesCache('/Typed/number/:id')
  changeByText(@Param('id') _id: string) {
    return {};
  }

  @Get('/tail/:dir/:name')
  @Cached()
  tail(@Param('dir') dir: string, @Param('name') name: string) {
    return { dir, name };
  }

  @Put('/tail/*')
  @InvalidatesCache()
  changeTail() {
    return {};
  }
}

@JsonController()
class PatternsController {
  @Get(/^\/Pattern\/(\w+)\/?$/i)
  @Cached()
  pattern(@Param('0') word: string) {
    return { word };
  }

  @Put(/^\/Pattern\/(?<word>\w+)/i)
  @InvalidatesCache('/Pattern/:word')
  changePattern() {
    return {};
  }
}

@JsonController('/Converted')
class ConvertedController {
  @Get('/flags/:on')
  @Cached()
  flag(@Param('on') on: boolean) {
    return { on };
  }

  @Get('/days/:day')
  @Cached()
  day(@Param('day') day: Date) {
    return { day };
  }

  @Get('/nums/:num')
  @Cached()
  num(@Param('num') num: number) {
    return { num };
  }

  @Get('/mixed/:text/:num')
  @Cached()
  mixed(@Param('text') text: string, @Param('num') num: number) {
    return { text, num };
  }

  @Get('/ranges/:from-:to')
  @Cached()
  range(@Param('from') from: number, @Param('to') to: number) {
    return { from, to };
  }

  @Put('/mixed/:text/:num')
  @InvalidatesCache('/Converted/mixed/:text/:num')
  changeMixed() {
    return {};
  }

  @Put('/ranges/:from-:to')
  @InvalidatesCache()
  changeRange() {
    return {};
  }

  @Put('/:kind/:value')
  @InvalidatesCache()
  changeOwn(@Param('value') _value: string) {
    return {};
  }

  @Put('/:kind/:value/by-name')
  @InvalidatesCache('/Converted/:kind/:value')
  changeByName() {
    return {};
  }

  @Put('/:kind/:value/by-function')
  @InvalidatesCache(({ args: [kind, value] }) => `/Converted/${kind}/${encodeURIComponent(value as string)}`)
  changeByFunction(@Param('kind') _kind: string, @Param('value') _value: string) {
    return {};
  }
}

const controllers = [UsersController, RoutesController, PatternsController, TypedController, ConvertedController];

describe('every spelling of a path', () => {
  it.each([
    ['/Users/bob', ['/users/bob', '/USERS/bob/', '/Users/%62ob', '/Users/b%6fb/?x=1']],
    ['/Users/a%2Fb', ['/users/a%2fb', '/users/%61%2F%62/']],
    ['/Users/J%C3%BCrgen', ['/users/J%c3%bcrgen/']],
    ['/Users/..', ['/users/%2e%2E']],
    ['/routes/numbered/7', ['/ROUTES/numbered/007', '/routes/numbered/07/']],
    ['/routes/optional', ['/routes/OPTIONAL/']],
    ['/routes/optional/x', ['/routes/optional/%78/']],
  ])('of %s is one entry, and is reached by its invalidation', async (canonical, spellings) => {
    const server = await TestServer.ofControllers(controllers);
    for (const spelling of spellings) {
      await server.get(canonical);
      expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'hit']);
      await cache.invalidate(canonical);
      expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'fwd=miss']);
      await cache.invalidate(canonical);
    }
    expect(cache.stats().entries).toBe(0);
  });

  it.each([
    ['/routes/Files/a/b', ['/ROUTES/files/a/b', '/routes/Files/%61/b', '/routes/Files/a/b/']],
    ['/Pattern/word', ['/pattern/word', '/PATTERN/WORD', '/Pattern/word/']],
  ])('of %s, which no template fills, is reached by its invalidation', async (canonical, spellings) => {
    const server = await TestServer.ofControllers(controllers);
    for (const prefix of [canonical, canonical.slice(0, canonical.lastIndexOf('/')), '/']) {
      for (const spelling of [canonical, ...spellings]) {
        await server.get(spelling);
        expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'hit']);
        await cache.invalidate(prefix);
        expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'fwd=miss']);
      }
    }
  });
});

describe('a prefix', () => {
  it('matches whole segments', async () => {
    const server = await TestServer.ofControllers(controllers);
    for (const path of ['/Users/bob', '/Users/bob/friends', '/Users/bobby', '/Users/Bob']) await server.get(path);
    await cache.invalidate('/Users/bob');
    expect((await server.get('/Users/bobby')).outcome).toBe('hit');
    expect((await server.get('/Users/Bob')).outcome).toBe('hit');
    expect((await server.get('/Users/bob')).outcome).toBe('fwd=miss');
    expect((await server.get('/Users/bob/friends')).outcome).toBe('fwd=miss');
  });

  it('of / covers everything, and several may be given', async () => {
    const server = await TestServer.ofControllers(controllers);
    for (const path of ['/Users/ann', '/Users/ben', '/Users/cyd']) await server.get(path);
    await cache.invalidate(['/Users/ann/', '/Users/%62en']);
    expect(cache.stats()).toMatchObject({ entries: 1, invalidations: 2 });
    await cache.invalidate('/');
    expect(cache.stats().entries).toBe(0);
  });
});

describe('@InvalidatesCache', () => {
  it('fills its target from the route of the request, however that is spelled', async () => {
    const server = await TestServer.ofControllers(controllers);
    for (const spelling of ['/Users/bob/avatar', '/users/%62ob/avatar/']) {
      await server.get('/Users/bob/friends');
      await server.get('/Users/ben');
      await server.put(spelling);
      expect((await server.get('/Users/bob/friends')).outcome).toBe('fwd=miss');
      expect((await server.get('/Users/ben')).outcome).toBe('hit');
    }
  });

  it('without a target invalidates the path of the request', async () => {
    const server = await TestServer.ofControllers(controllers);
    await server.get('/Users/bob/friends');
    await server.get('/Users/bobby');
    await server.put('/users/bob/');
    expect((await server.get('/Users/bob/friends')).outcome).toBe('fwd=miss');
    expect((await server.get('/Users/bobby')).outcome).toBe('hit');
  });

  it('takes a function of arguments and result', async () => {
    const server = await TestServer.ofControllers(controllers);
    for (const path of ['/Users/bob', '/Users/bob/friends', '/Users/carol']) await server.get(path);
    expect((await server.put('/Users/bob/by-function')).status).toBe(200);
    expect((await server.get('/Users/bob')).outcome).toBe('hit');
    expect((await server.get('/Users/bob/friends')).outcome).toBe('fwd=miss');
    expect((await server.get('/Users/carol')).outcome).toBe('fwd=miss');
  });

  it('whose function fails invalidates everything, reports it, and the change is acknowledged', async () => {
    const errors: Error[] = [];
    cache.configure({ onError: error => errors.push(error) });
    const server = await TestServer.ofControllers(controllers);
    await server.get('/routes/optional');
    expect(await server.put('/Users/bob/by-bad-function')).toMatchObject({ status: 200, text: '{"changed":true}' });
    expect(cache.stats()).toMatchObject({ entries: 0, errors: 1 });
    expect(errors.map(({ message }) => message)).toEqual([
      'CACHE_TARGET_FAILED: UsersController.changeByBadFunction: the target of @InvalidatesCache failed, so everything is invalidated: which path?',
    ]);
  });

  it.each([
    ['/Typed/text/007', '/typed/text/007'],
    ['/Typed/number/7', '/typed/number/007'],
    ['/Typed/number/007', '/typed/number/7'],
    ['/Typed/tail/a/B', '/TYPED/tail/%61/B'],
  ])('reaches %s by PUT %s, with any types of the two actions', async (path, changed) => {
    const server = await TestServer.ofControllers(controllers);
    await server.get(path);
    expect((await server.get(path)).outcome).toBe('hit');
    expect((await server.put(changed)).status).toBe(200);
    expect((await server.get(path)).outcome).toBe('fwd=miss');
  });

  describe.each<[string, (server: TestServer, path: string) => Promise<unknown>]>([
    ['the path of a request that takes text', (server, path) => server.put(path)],
    ['a target with parameters', (server, path) => server.put(`${path}/by-name`)],
    ['a function that builds a path', (server, path) => server.put(`${path}/by-function`)],
    ['cache.invalidate', (_server, path) => cache.invalidate(path)],
  ])('by %s', (_how, change) => {
    it.each([
      ['/Converted/flags/1', ['1', 'true']],
      ['/Converted/flags/0', ['0', 'false']],
      ['/Converted/nums/7', ['007', '7.0', '0x7', '7e0', '%207', '7']],
      ['/Converted/nums/100', ['1e2', '0100']],
      ['/Converted/nums/-0', ['-0', '-0.0']],
      [
        '/Converted/days/2024-05-01T10:00:00Z',
        ['2024-05-01T10:00:00Z', '2024-05-01T12:00:00%2B02:00', '2024-05-01T10:00:00.000Z'],
      ],
      ['/Converted/days/2024-05-01', ['2024-05-01', '2024-05-01T00:00:00Z']],
    ])('%s is reached in every spelling', async (path, spellings) => {
      const server = await TestServer.ofControllers(controllers);
      for (const spelling of spellings) {
        const spelled = `${path.slice(0, path.lastIndexOf('/'))}/${spelling}`;
        for (const [asked, changed] of [
          [path, spelled],
          [spelled, path],
          [spelled, spelled],
        ] as const) {
          await server.get(asked);
          expect([asked, (await server.get(asked)).outcome]).toEqual([asked, 'hit']);
          await change(server, changed);
          expect([asked, changed, (await server.get(asked)).outcome]).toEqual([asked, changed, 'fwd=miss']);
        }
      }
    });
  });

  it.each([
    ['/Converted/mixed/007/7', '/converted/mixed/007/07'],
    ['/Converted/ranges/1-2', '/converted/ranges/01-2.0'],
  ])('reaches %s by PUT %s, each parameter in its own reading', async (path, changed) => {
    const server = await TestServer.ofControllers(controllers);
    await server.get(path);
    expect((await server.get(path)).outcome).toBe('hit');
    await server.put(changed);
    expect((await server.get(path)).outcome).toBe('fwd=miss');
  });

  it('reaches no neighbours of a number, a flag or a date', async () => {
    const server = await TestServer.ofControllers(controllers);
    const others = ['nums/8', 'flags/0', 'days/2024-05-02'].map(path => `/Converted/${path}`);
    for (const path of others) await server.get(path);
    for (const path of ['nums/7', 'flags/true', 'days/2024-05-01']) await server.put(`/Converted/${path}`);
    for (const path of others) expect([path, (await server.get(path)).outcome]).toEqual([path, 'hit']);
  });

  it('has one path to invalidate for an ordinary id', async () => {
    const server = await TestServer.ofControllers(controllers);
    await server.put('/Converted/nums/1');
    await server.put('/Converted/nums/2024');
    await cache.invalidate('/api/users/550e8400-e29b-41d4-a716-446655440000/posts/17');
    expect(cache.stats().invalidations).toBe(3);
  });

  it('with too many readings invalidates a path that covers all of them', async () => {
    const server = await TestServer.ofControllers(controllers);
    const deep = `/Users/${'true/'.repeat(20)}`;
    await server.get('/Users/1/friends');
    await cache.invalidate(deep);
    expect((await server.get('/Users/1/friends')).outcome).toBe('hit');
    expect(cache.stats().invalidations).toBe(16);
  });

  it('does not need to reach a date that is not in ISO 8601: its request bypasses the cache', async () => {
    const server = await TestServer.ofControllers(controllers);
    for (const path of ['/Converted/days/5', '/Converted/days/May%201%202024']) {
      expect((await server.get(path)).headers['cache-status']).toContain('a date in the path is not written as in ISO 8601');
    }
  });

  it('takes the named groups of a regular expression', async () => {
    const server = await TestServer.ofControllers(controllers);
    await server.get('/pattern/word');
    await server.get('/pattern/other');
    await server.put('/PATTERN/word');
    expect((await server.get('/pattern/word')).outcome).toBe('fwd=miss');
    expect((await server.get('/pattern/other')).outcome).toBe('hit');
  });
});

describe('an app', () => {
  it('with a routePrefix takes targets relative to it, and whole paths from code', async () => {
    const server = await TestServer.ofControllers(controllers, { routePrefix: '/api' });
    await server.get('/api/Users/bob');
    await server.put('/api/users/bob/avatar');
    expect((await server.get('/API/users/bob')).outcome).toBe('fwd=miss');
    await cache.invalidate('/Users/bob');
    expect((await server.get('/api/Users/bob')).outcome).toBe('hit');
    await cache.invalidate('/api/Users/bob');
    expect((await server.get('/api/Users/bob')).outcome).toBe('fwd=miss');
  });

  it.each([
    ['an app', () => express().use('/V2', createExpressServer({ controllers, routePrefix: '/api' }))],
    ['a router', () => express().use(express.Router().use('/V2', createExpressServer({ controllers, routePrefix: '/api' })))],
    [
      'an app on an app',
      () => express().use('/V2', express().use('/', createExpressServer({ controllers, routePrefix: '/api' }))),
    ],
  ])('mounted on %s is invalidated under its mount', async (_name, mount) => {
    const server = await TestServer.start(mount());
    for (const spelling of ['/V2/api/Users/bob', '/v2/API/users/%62ob/']) {
      await server.get(spelling);
      await cache.invalidate('/V2/api/Users/bob');
      expect((await server.get(spelling)).outcome).toBe('fwd=miss');
      await server.put('/v2/api/users/bob/avatar');
      expect((await server.get(spelling)).outcome).toBe('fwd=miss');
      await cache.invalidate('/api/Users/bob');
      expect((await server.get(spelling)).outcome).toBe('hit');
      await cache.clear();
    }
  });
});
