import ejs from 'ejs';
import express, { type Request, type Response } from 'express';
import {
  Body,
  CurrentUser,
  Get,
  JsonController,
  Param,
  Post,
  QueryParam,
  Render,
  Res,
  useExpressServer,
} from 'routing-controllers';
import { cache, Cached, InvalidatesCache, Memoized, SimpleStore, type Action } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { countLookUps, startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { streamOf } from '../support/stream.js';
import { holdTime } from '../support/time.js';
import { textsOf } from './remote.js';

/** What users of Flask-Caching expect of `@cache.cached`: the tests named are those of its own suite. */

startAfresh();

/** Handlers answer with the number of their run, so that equal answers are one answer. */
let runs: number;

beforeEach(() => {
  runs = 0;
});

const queryOf = (action: Action) => (action.request as Request).query;

describe('@cache.cached(timeout=60)', () => {
  it('is fresh for its timeout, and is then computed again (test_cached_view)', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached({ timeout: 2 })
      view() {
        return ++runs;
      }
    }
    const time = holdTime();
    const server = await TestServer.ofControllers([ViewController]);
    expect(await textsOf(server, '/', '/')).toEqual(['1', '1']);
    time.forwardSeconds(1);
    expect(await textsOf(server, '/')).toEqual(['1']);
    time.forwardSeconds(1);
    expect(await textsOf(server, '/', '/')).toEqual(['2', '2']);
  });

  it('decorates the method of a class, and of its subclasses (test_cached_view_class)', async () => {
    class View {
      @Get()
      @Cached({ timeout: 2 })
      dispatch() {
        return { of: this.constructor.name, run: ++runs };
      }
    }
    @JsonController('/one')
    class OneController extends View {}
    @JsonController('/two')
    class TwoController extends View {}
    const server = await TestServer.ofControllers([OneController, TwoController]);
    const one = '{"of":"OneController","run":1}';
    const two = '{"of":"TwoController","run":2}';
    expect(await textsOf(server, '/one', '/two', '/one', '/two')).toEqual([one, two, one, two]);
  });

  it('decorates an asynchronous method (test_async_cached_view)', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      async view() {
        await new Promise(resolve => setImmediate(resolve));
        return ++runs;
      }
    }
    expect(await textsOf(await TestServer.ofControllers([ViewController]), '/', '/')).toEqual(['1', '1']);
  });

  it('with timeout=0 never expires', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached({ timeout: 0 })
      view() {
        return ++runs;
      }
    }
    const time = holdTime();
    const server = await TestServer.ofControllers([ViewController]);
    await server.get('/');
    time.forwardSeconds(1e9);
    expect(await textsOf(server, '/')).toEqual(['1']);
  });

  it('has one entry for all spellings of a path, as in Flask, also with a slash at the end', async () => {
    @JsonController()
    class UserController {
      @Get('/user/:name')
      @Cached()
      user(@Param('name') name: string) {
        return { name, run: ++runs };
      }
    }
    const server = await TestServer.ofControllers([UserController]);
    const bob = '{"name":"bob","run":1}';
    expect(await textsOf(server, '/user/bob', '/user/b%6fb', '/user/bob/')).toEqual([bob, bob, bob]);
    expect(await textsOf(server, '/user/eve')).toEqual(['{"name":"eve","run":2}']);
  });

  it('differs: it may be above the route as well as below it', async () => {
    @JsonController()
    class ViewController {
      @Cached()
      @Get('/above')
      above() {
        return ++runs;
      }

      @Get('/below')
      @Cached()
      below() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    expect(await textsOf(server, '/above', '/above', '/below', '/below')).toEqual(['1', '1', '2', '2']);
  });

  it('does not store the response of a view that raises', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view() {
        if (++runs === 1) throw new Error('the database is gone');
        return runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController], { development: false });
    expect((await server.get('/')).status).toBe(500);
    expect(await textsOf(server, '/', '/')).toEqual(['2', '2']);
  });

  it('stores the response as it was sent, also if the returned object changes later', async () => {
    const list = [1];
    @JsonController()
    class ListController {
      @Get('/')
      @Cached()
      list() {
        return list;
      }
    }
    const server = await TestServer.ofControllers([ListController]);
    expect(await textsOf(server, '/')).toEqual(['[1]']);
    list.push(2);
    expect(await textsOf(server, '/')).toEqual(['[1]']);
  });

  it('differs: the HTTP method is in the key, where Flask answers a GET with the response to a POST', async () => {
    @JsonController('/both')
    class BothController {
      @Get()
      @Cached()
      read() {
        return `read ${++runs}`;
      }

      @Post()
      @InvalidatesCache()
      change() {
        return `changed ${++runs}`;
      }
    }
    const server = await TestServer.ofControllers([BothController]);
    expect((await server.send('/both', { method: 'POST' })).text).toBe('"changed 1"');
    expect(await textsOf(server, '/both', '/both')).toEqual(['"read 2"', '"read 2"']);
    await server.send('/both', { method: 'POST' });
    expect(await textsOf(server, '/both')).toEqual(['"read 4"']);
  });

  it('differs: concurrent requests run the method once (dogpile), where Flask runs it each time', async () => {
    const gate = new Gate();
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      async view() {
        const run = ++runs;
        await gate.pass();
        return run;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    const first = server.get('/');
    const resume = await gate.next();
    const lookUps = countLookUps();
    const second = server.get('/');
    await until(() => lookUps() === 1);
    resume();
    expect([(await first).text, (await second).text]).toEqual(['1', '1']);
    expect((await second).outcome).toBe('fwd=miss; collapsed');
  });

  it('differs: HEAD is answered from the entry of GET and stores none, where Flask stores the result of HEAD', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    expect((await server.send('/', { method: 'HEAD' })).outcome).toBe('fwd=miss');
    expect(await server.get('/')).toMatchObject({ outcome: 'fwd=miss', text: '2' });
    expect(await server.send('/', { method: 'HEAD' })).toMatchObject({ outcome: 'hit', text: '' });
  });

  it('differs: the user is in the key, where Flask has the path alone', async () => {
    @JsonController()
    class MeController {
      @Get('/me')
      @Cached()
      me(@CurrentUser() user: string) {
        return { user, run: ++runs };
      }
    }
    const currentUserChecker = (action: Action) => (action.request as Request).get('x-user');
    const server = await TestServer.ofControllers([MeController], { currentUserChecker });
    const textFor = async (user: string) => (await server.get('/me', { 'x-user': user })).text;
    expect([await textFor('ann'), await textFor('ben'), await textFor('ann')]).toEqual([
      '{"user":"ann","run":1}',
      '{"user":"ben","run":2}',
      '{"user":"ann","run":1}',
    ]);
  });

  it('differs: a response that sets a cookie is not stored, where Flask sends the cookie to all clients', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view(@Res() response: Response) {
        response.cookie('sid', String(++runs));
        return runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    await server.get('/');
    expect(await server.get('/')).toMatchObject({ outcome: 'fwd=miss', headers: { 'set-cookie': ['sid=2; Path=/'] } });
  });

  it('differs: a client that has the response gets 304, where Flask sends the response again', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    const { etag } = (await server.get('/')).headers;
    expect(await server.get('/', { 'if-none-match': etag! })).toMatchObject({ status: 304, outcome: 'hit', text: '' });
  });
});

describe('unless=', () => {
  it('bypasses the cache while it is true (test_cached_view_unless)', async () => {
    let isOff = true;
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached({ unless: () => isOff })
      view() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    expect(await textsOf(server, '/', '/')).toEqual(['1', '2']);
    isOff = false;
    expect(await textsOf(server, '/', '/')).toEqual(['3', '3']);
  });

  it('gets the action, where Flask passes the function and its arguments', async () => {
    @JsonController()
    class UserController {
      @Get('/user/:name')
      @Cached({ unless: action => (action.request as Request).params.name === 'admin' })
      user(@Param('name') name: string) {
        return { name, run: ++runs };
      }
    }
    const server = await TestServer.ofControllers([UserController]);
    expect(await textsOf(server, '/user/admin', '/user/admin', '/user/bob', '/user/bob')).toEqual([
      '{"name":"admin","run":1}',
      '{"name":"admin","run":2}',
      '{"name":"bob","run":3}',
      '{"name":"bob","run":3}',
    ]);
  });
});

describe('forced_update=', () => {
  it('computes and stores a new response while it is true (test_cached_view_forced_update)', async () => {
    let isForced = false;
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached({ forcedUpdate: () => isForced })
      view() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    expect(await textsOf(server, '/', '/')).toEqual(['1', '1']);
    isForced = true;
    expect(await textsOf(server, '/', '/')).toEqual(['2', '3']);
    isForced = false;
    expect(await textsOf(server, '/')).toEqual(['3']);
  });

  it('gets each request, before the look-up (test_cache_forced_update_params)', async () => {
    const asked: unknown[] = [];
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached({
        forcedUpdate: action => asked.push(queryOf(action).refresh) === 3,
      })
      view() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    expect(await textsOf(server, '/?refresh=a', '/?refresh=b', '/?refresh=c')).toEqual(['1', '1', '2']);
    expect(asked).toEqual(['a', 'b', 'c']);
  });
});

describe('response_filter=', () => {
  @JsonController()
  class FilteredController {
    @Get('/status/:status')
    @Cached({ statuses: [200, 404, 500], responseFilter: ({ status }) => status < 400 })
    byStatus(@Param('status') status: number, @Res() response: Response) {
      response.status(status);
      return `${++runs}`;
    }

    @Get('/unfiltered/:status')
    @Cached()
    unfiltered(@Param('status') status: number, @Res() response: Response) {
      response.status(status);
      return `${++runs}`;
    }

    @Get('/draft/:text')
    @Cached({ responseFilter: ({ headers, body }) => headers['content-type'] !== undefined && !body.includes('draft') })
    byBody(@Param('text') text: string) {
      return { text, run: ++runs };
    }
  }

  it('allows the storage by the status (test_cached_view_response_filter)', async () => {
    const server = await TestServer.ofControllers([FilteredController]);
    const outcomes = [];
    for (const status of [500, 500, 404, 404, 200, 200]) outcomes.push((await server.get(`/status/${status}`)).outcome);
    expect(outcomes).toEqual(['fwd=miss', 'fwd=miss', 'fwd=miss', 'fwd=miss', 'fwd=miss', 'hit']);
  });

  it('gets the response as it is sent, where Flask passes the return value of the view', async () => {
    const server = await TestServer.ofControllers([FilteredController]);
    expect(await textsOf(server, '/draft/a-draft', '/draft/a-draft', '/draft/final', '/draft/final')).toEqual([
      '{"text":"a-draft","run":1}',
      '{"text":"a-draft","run":2}',
      '{"text":"final","run":3}',
      '{"text":"final","run":3}',
    ]);
  });

  it('differs: without a filter, errors are not stored, where Flask stores a 500 that the view returns', async () => {
    const server = await TestServer.ofControllers([FilteredController]);
    expect(await textsOf(server, '/unfiltered/500', '/unfiltered/500', '/unfiltered/404', '/unfiltered/404')).toEqual([
      '"1"',
      '"2"',
      '"3"',
      '"4"',
    ]);
    expect(await textsOf(server, '/unfiltered/200', '/unfiltered/200')).toEqual(['"5"', '"5"']);
  });
});

describe('query_string=True', () => {
  @JsonController()
  class WorksController {
    @Get('/works')
    @Cached({ queryString: true })
    works() {
      return ++runs;
    }
  }

  it('takes the whole query string, in any order (test_generate_cache_key_from_query_string)', async () => {
    const server = await TestServer.ofControllers([WorksController]);
    expect(
      await textsOf(
        server,
        '/works?mock=true&offset=20&limit=15',
        '/works?limit=15&mock=true&offset=20',
        '/works?limit=20&mock=true&offset=60',
        '/works',
      ),
    ).toEqual(['1', '1', '2', '3']);
    expect(await textsOf(server, '/works?a', '/works?a=')).toEqual(['4', '4']);
  });

  it('differs: the values of a parameter are in their order (test_generate_cache_key_from_query_string_repeated_paramaters)', async () => {
    const server = await TestServer.ofControllers([WorksController]);
    expect(
      await textsOf(
        server,
        '/works?user[]=123&limit=15&user[]=124',
        '/works?limit=15&user[]=123&user[]=124',
        '/works?limit=15&user[]=124&user[]=123',
        '/works?limit=15&user[]=125&user[]=124',
      ),
    ).toEqual(['1', '1', '2', '3']);
  });

  it('differs: without it, parameters that the method declares are in the key, where Flask has the path alone', async () => {
    @JsonController()
    class DeclaredController {
      @Get('/works')
      @Cached()
      works(@QueryParam('limit') limit: number) {
        return { limit, run: ++runs };
      }
    }
    const server = await TestServer.ofControllers([DeclaredController]);
    const ten = '{"limit":10,"run":1}';
    expect(await textsOf(server, '/works?limit=10', '/works?utm_source=x&limit=010')).toEqual([ten, ten]);
    expect(await textsOf(server, '/works?limit=20')).toEqual(['{"limit":20,"run":2}']);
  });

  it('False is refused where the method declares a parameter: all its values would have one answer', async () => {
    @JsonController()
    class WrongController {
      @Get('/works')
      @Cached({ queryString: false })
      works(@QueryParam('limit') limit: number) {
        return limit;
      }
    }
    await expect(async () => TestServer.ofControllers([WrongController])).rejects.toThrow('WrongController.works');
  });
});

describe('make_cache_key=', () => {
  @JsonController()
  class KeyedController {
    @Get('/own/:path')
    @Cached({ makeCacheKey: action => queryOf(action).foo as string })
    own() {
      return ++runs;
    }

    @Get('/other')
    @Cached({ makeCacheKey: action => queryOf(action).foo as string })
    other() {
      return ++runs;
    }

    @Get('/sum')
    @Cached({ makeCacheKey: (_action, [a, b]: [number, number]) => String(a + b) })
    sum(@QueryParam('a') a: number, @QueryParam('b') b: number) {
      return { sum: a + b, run: ++runs };
    }
  }

  it('replaces the key (test_set_make_cache_key_property)', async () => {
    const server = await TestServer.ofControllers([KeyedController]);
    expect(await textsOf(server, '/own/a?foo=a', '/own/a?foo=b', '/own/b?foo=a&bar=1', '/own/a?foo=b')).toEqual([
      '1',
      '2',
      '1',
      '2',
    ]);
  });

  it('is given the arguments, as Flask gives them', async () => {
    const server = await TestServer.ofControllers([KeyedController]);
    const three = '{"sum":3,"run":1}';
    expect(await textsOf(server, '/sum?a=1&b=2', '/sum?a=2&b=1')).toEqual([three, three]);
  });

  it('key_prefix= differs: class and method stay in the key, so that no two views share (test_generate_cache_key_from_different_view)', async () => {
    const server = await TestServer.ofControllers([KeyedController]);
    expect(await textsOf(server, '/own/a?foo=a', '/other?foo=a', '/own/a?foo=a')).toEqual(['1', '2', '1']);
  });

  it('methods=["POST"] differs: a response to POST is refused; its computation is memoized (test_generate_cache_key_from_request_body)', async () => {
    class Works {
      @Memoized()
      async find(_query: object): Promise<number> {
        return Promise.resolve(++runs);
      }
    }
    @JsonController('/works')
    class WorksController {
      @Post()
      works(@Body() query: object) {
        return new Works().find(query);
      }
    }
    const server = await TestServer.ofControllers([WorksController], { classTransformer: false });
    const headers = { 'content-type': 'application/json' };
    const post = async (body: object) =>
      (await server.send('/works', { method: 'POST', headers, body: JSON.stringify(body) })).text;
    expect([await post({ a: 1, b: 2 }), await post({ b: 2, a: 1 }), await post({ a: 2, b: 1 })]).toEqual(['1', '1', '2']);

    @JsonController()
    class CachedController {
      @Post('/')
      @Cached({ makeCacheKey: () => 'key' })
      works() {
        return ++runs;
      }
    }
    await expect(async () => TestServer.ofControllers([CachedController])).rejects.toThrow('CachedController.works');
  });

  it('hash_method= is not needed: long keys that differ in their last sign are two (test_cache_accepts_multiple_ciphers)', async () => {
    const server = await TestServer.ofControllers([KeyedController]);
    const long = 'x'.repeat(5000);
    expect(await textsOf(server, `/own/a?foo=${long}1`, `/own/a?foo=${long}2`, `/own/a?foo=${long}1`)).toEqual(['1', '2', '1']);
  });
});

describe('cache_none=True', () => {
  @JsonController()
  class NoneController {
    @Get('/null')
    @Cached()
    none() {
      runs++;
      return null;
    }

    @Get('/unfiltered')
    @Cached({ statuses: [200] })
    notKept() {
      runs++;
      return null;
    }

    @Get('/undefined')
    @Cached()
    absent() {
      runs++;
      return undefined;
    }

    @Get('/absence')
    @Cached({ statuses: [200, 404] })
    absence() {
      runs++;
      return undefined;
    }
  }

  it('is the default: null is a 204, and is stored (test_cached_none)', async () => {
    const server = await TestServer.ofControllers([NoneController]);
    await server.get('/null');
    expect(await server.get('/null')).toMatchObject({ status: 204, outcome: 'hit', text: '' });
    await cache.clear();
    expect((await server.get('/null')).outcome).toBe('fwd=miss');
    expect(runs).toBe(2);
  });

  it('cache_none=False is a list of statuses without 204 (test_cached_doesnt_cache_none)', async () => {
    const server = await TestServer.ofControllers([NoneController]);
    await textsOf(server, '/unfiltered', '/unfiltered');
    expect(runs).toBe(2);
  });

  it('differs: undefined is a 404, which is stored if the statuses contain it', async () => {
    const server = await TestServer.ofControllers([NoneController]);
    await textsOf(server, '/undefined', '/undefined');
    expect(runs).toBe(2);
    await server.get('/absence');
    expect(await server.get('/absence')).toMatchObject({ status: 404, outcome: 'hit' });
    expect(runs).toBe(3);
  });
});

describe('response_hit_indication=True', () => {
  @JsonController()
  class ViewController {
    @Get('/')
    @Cached({ timeout: 2 })
    view() {
      return ++runs;
    }
  }

  it('is Cache-Status, for every outcome and not for hits alone (test_hit_cache)', async () => {
    const time = holdTime();
    const server = await TestServer.ofControllers([ViewController]);
    const statuses = async () => [
      (await server.get('/')).headers['cache-status'],
      (await server.get('/')).headers['cache-status'],
    ];
    const both = ['routing-controllers-cache; fwd=miss', 'routing-controllers-cache; hit; ttl=2'];
    expect(await statuses()).toEqual(both);
    time.forwardSeconds(2);
    expect(await statuses()).toEqual(both);
  });

  it('False is an option of the configuration', async () => {
    cache.configure({ cacheStatus: false });
    const server = await TestServer.ofControllers([ViewController]);
    await server.get('/');
    const hit = await server.get('/');
    expect([hit.text, hit.headers['cache-status']]).toEqual(['1', undefined]);
  });

  it('CACHE_ENABLE_SIGNALS counts: hits and misses are in cache.stats() (test_cached_view_sends_miss_then_hit)', async () => {
    const server = await TestServer.ofControllers([ViewController]);
    await textsOf(server, '/', '/', '/');
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 1 });
  });
});

describe('CachedResponse(response, timeout=50)', () => {
  it('is Cache-Control, which the handler sets (test_cache_timeout_dynamic_via_cached_reponse)', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached({ timeout: 1 })
      view(@Res() response: Response) {
        response.set('Cache-Control', 's-maxage=2');
        return ++runs;
      }
    }
    const time = holdTime();
    const server = await TestServer.ofControllers([ViewController]);
    expect(await textsOf(server, '/')).toEqual(['1']);
    time.forwardSeconds(1);
    expect(await textsOf(server, '/')).toEqual(['1']);
    time.forwardSeconds(1);
    expect(await textsOf(server, '/')).toEqual(['2']);
  });

  it('f.cache_timeout = 5 is Cache-Control, too: the handler sets a timeout of run time (test_cache_timeout_property)', async () => {
    let timeout = 2;
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view(@Res() response: Response) {
        response.set('Cache-Control', `s-maxage=${timeout}`);
        return ++runs;
      }
    }
    const time = holdTime();
    const server = await TestServer.ofControllers([ViewController]);
    await server.get('/');
    timeout = 5;
    time.forwardSeconds(2);
    expect(await textsOf(server, '/')).toEqual(['2']);
    time.forwardSeconds(4);
    expect(await textsOf(server, '/')).toEqual(['2']);
    time.forwardSeconds(1);
    expect(await textsOf(server, '/')).toEqual(['3']);
  });
});

describe('f.uncached', () => {
  it('is the method, called directly', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view() {
        return ++runs;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    await server.get('/');
    expect([new ViewController().view(), new ViewController().view()]).toEqual([2, 3]);
    expect(await textsOf(server, '/')).toEqual(['1']);
  });
});

describe("cache.delete('view//path')", () => {
  @JsonController()
  class PathsController {
    @Get('/user/:name')
    @Cached({ queryString: true })
    user(@Param('name') name: string) {
      return { name, run: ++runs };
    }

    @Get('/user/:name/friends')
    @Cached()
    friends(@Param('name') name: string) {
      return { of: name, run: ++runs };
    }

    @Get('/works')
    @Cached({ queryString: true, tags: (_result, action) => [`works limit ${queryOf(action).limit as string}`] })
    works() {
      return ++runs;
    }
  }

  it('is cache.invalidate(path) (test_delete_cached_view)', async () => {
    const server = await TestServer.ofControllers([PathsController]);
    await textsOf(server, '/user/bob', '/user/eve');
    await cache.invalidate('/user/bob');
    expect(await textsOf(server, '/user/bob', '/user/eve')).toEqual(['{"name":"bob","run":3}', '{"name":"eve","run":2}']);
  });

  it('differs: a path is a prefix in whole segments, with all its queries, and never a part of a name', async () => {
    const server = await TestServer.ofControllers([PathsController]);
    const all = ['/user/bob', '/user/bob?a=1', '/user/bob/friends', '/user/bobby'];
    await textsOf(server, ...all);
    await cache.invalidate('/user/bob');
    const outcomes = [];
    for (const path of all) outcomes.push((await server.get(path)).outcome);
    expect(outcomes).toEqual(['fwd=miss', 'fwd=miss', 'fwd=miss', 'hit']);
  });

  it('cache.delete_cached(view, path, query) reaches all queries in any order (test_delete_cached_query_string)', async () => {
    const server = await TestServer.ofControllers([PathsController]);
    expect(await textsOf(server, '/works?mock=true&limit=15')).toEqual(['1']);
    await cache.invalidate('/works');
    expect(await textsOf(server, '/works?limit=15&mock=true')).toEqual(['2']);
  });

  it('cache.delete_cached(view, name=…) is :name in the target of the change (test_delete_cached_view_builds_the_path_with_url_for)', async () => {
    @JsonController('/user')
    class UserController {
      @Get('/:name')
      @Cached()
      user(@Param('name') name: string) {
        return { name, run: ++runs };
      }

      @Post('/:name/avatar')
      @InvalidatesCache('/user/:name')
      changeAvatar() {
        return {};
      }
    }
    const server = await TestServer.ofControllers([UserController]);
    await textsOf(server, '/user/bob', '/user/eve');
    await server.send('/user/bob/avatar', { method: 'POST' });
    expect(await textsOf(server, '/user/bob', '/user/eve')).toEqual(['{"name":"bob","run":3}', '{"name":"eve","run":2}']);
  });

  it('cache.delete_cached(view, path, query) of one query is a tag (test_delete_cached_query_string_only_deletes_matching_arguments)', async () => {
    const server = await TestServer.ofControllers([PathsController]);
    await textsOf(server, '/works?limit=15', '/works?limit=20');
    await cache.invalidateTags('works limit 20');
    expect(await textsOf(server, '/works?limit=15', '/works?limit=20')).toEqual(['1', '3']);
  });

  it('is_stale= is an invalidation by the change of the data (test_cached_view_is_stale)', async () => {
    let imports = 1;
    @JsonController('/reports')
    class ReportsController {
      @Get('/:id')
      @Cached({ timeout: 86_400, tags: ['imported'] })
      report(@Param('id') id: string) {
        return { id, imports };
      }

      @Post('/imports')
      @InvalidatesCache({ tags: 'imported' })
      import() {
        return ++imports;
      }
    }
    const server = await TestServer.ofControllers([ReportsController]);
    expect(await textsOf(server, '/reports/7', '/reports/7')).toEqual(['{"id":"7","imports":1}', '{"id":"7","imports":1}']);
    await server.send('/reports/imports', { method: 'POST' });
    expect(await textsOf(server, '/reports/7')).toEqual(['{"id":"7","imports":2}']);
  });
});

describe('source_check=True', () => {
  it('is a version of the deployment, in every key (test_cache_with_query_string_and_source_check_enabled)', async () => {
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      view() {
        return ++runs;
      }
    }
    // One store for all three deployments.
    const store = Object.assign(new SimpleStore(), { close: () => undefined });
    const answers = [];
    for (const version of ['1', '2', '1']) {
      cache.configure({ store, version });
      answers.push(...(await textsOf(await TestServer.ofControllers([ViewController]), '/', '/')));
      await cache.reset();
    }
    expect(answers).toEqual(['1', '1', '2', '2', '1', '1']);
  });
});

describe('stream_template()', () => {
  it('is a stream, stored as its bytes (test_cached_view_returning_stream_template, test_generator_of_bytes_is_joined)', async () => {
    @JsonController()
    class StreamController {
      @Get('/')
      @Cached()
      stream(@Res() response: Response) {
        response.type('html');
        return streamOf(['<html>', `<body>${++runs}</body>`, '</html>']);
      }

      @Get('/bytes')
      @Cached()
      bytes() {
        return streamOf([Buffer.from([0, 255]), Buffer.from([++runs])]);
      }
    }
    const server = await TestServer.ofControllers([StreamController]);
    for (const outcome of ['fwd=miss', 'hit']) {
      expect(await server.get('/')).toMatchObject({
        outcome,
        text: '<html><body>1</body></html>',
        headers: { 'content-type': 'text/html; charset=utf-8' },
      });
    }
    for (const outcome of ['fwd=miss', 'hit']) {
      expect(await server.get('/bytes')).toMatchObject({ outcome, body: Buffer.from([0, 255, 2]) });
    }
  });
});

describe('render_template()', () => {
  it('is stored as rendered, and res.locals of the template are in the key', async () => {
    @JsonController()
    class PageController {
      @Get('/page/:name')
      @Cached()
      @Render('page.ejs')
      page(@Param('name') name: string) {
        return { name, run: ++runs };
      }
    }
    const app = express();
    app.use((request, response, next) => {
      response.locals.greeting = request.get('x-greeting') ?? 'hello';
      next();
    });
    // Renders without a file, for which Express only looks whether there is one.
    app.set('view', class {
      readonly path = 'page.ejs';
      render(options: ejs.Data, callback: (error: null, html: string) => void) {
        callback(null, ejs.render('<h1><%= greeting %> <%= name %> <%= run %></h1>', options));
      }
    }); // prettier-ignore
    useExpressServer(app, { controllers: [PageController] });
    const server = await TestServer.start(app);
    expect(await textsOf(server, '/page/bob', '/page/bob')).toEqual(['<h1>hello bob 1</h1>', '<h1>hello bob 1</h1>']);
    expect((await server.get('/page/bob', { 'x-greeting': 'bye' })).text).toBe('<h1>bye bob 2</h1>');
  });
});
