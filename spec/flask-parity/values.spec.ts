import { Get, JsonController } from 'routing-controllers';
import { cache, Cached, CacheUsageError, Memoized } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';
import { remote, type Remote } from './remote.js';

/** What users of Flask-Caching expect of values by key: the tests named are those of its own suite. */

startAfresh();

let call: Remote;

beforeEach(async () => {
  call = await remote(cache);
});

describe('cache.get(key)', () => {
  it('returns the value of cache.set(key, value) (test_cache_set, test_generic_get_set)', async () => {
    expect(await call('set', 'hi', 'hello')).toBe(true);
    expect(await call('set', 'foo', ['bar'])).toBe(true);
    expect([await call('get', 'hi'), await call('get', 'foo')]).toEqual(['hello', ['bar']]);
    await call('set', 'hi', 'good night');
    expect(await call('get', 'hi')).toBe('good night');
  });

  it('distinguishes true from 1, and false from 0 and from an empty string (test_generic_true_false)', async () => {
    for (const value of [true, false, 1, 0, '', {}]) {
      await call('set', 'foo', value);
      expect(await call('get', 'foo')).toEqual(value);
    }
  });

  it('differs: None is a value (null), and an absent value is undefined, where Flask has None for both', async () => {
    await call('set', 'foo', null);
    expect([await call('get', 'foo'), await call('has', 'foo'), await call('add', 'foo', 1)]).toEqual([null, true, false]);
    expect([await call('get', 'bar'), await call('has', 'bar')]).toEqual([undefined, false]);
  });

  it('returns a copy: a change of a value, set or read, changes no other value', async () => {
    const list = [1];
    await cache.set('list', list);
    list.push(2);
    (await cache.get<number[]>('list'))!.push(3);
    expect(await call('get', 'list')).toEqual([1]);
  });

  it('differs: values are JSON and not pickled; a value outside JSON is refused (test_generic_get_bytes)', async () => {
    for (const value of [Buffer.from('bar'), new Date(0), new Map(), undefined]) {
      await expect(cache.set('foo', value)).rejects.toThrow(CacheUsageError);
    }
    expect(await call('has', 'foo')).toBe(false);
    await cache.set('foo', Buffer.from('bar').toString('base64'));
    expect(Buffer.from((await cache.get<string>('foo'))!, 'base64').toString()).toBe('bar');
  });
});

describe('cache.get(f.make_cache_key())', () => {
  it('differs: values and responses have keys of their own, so that none is taken for another (test_cache_key_property)', async () => {
    @JsonController()
    class ViewController {
      @Get('/view')
      @Cached()
      view() {
        return 'a response';
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    await server.get('/view');
    expect(await call('getMany', ['/view', 'view', 'view//view', 'GET /view'])).toEqual([null, null, null, null]);
    await call('setMany', { '/view': 'a value', view: 'a value' });
    await call('deleteMany', ['/view', 'view']);
    expect(await server.get('/view')).toMatchObject({ outcome: 'hit', text: '"a response"' });
  });
});

describe('cache.has(key)', () => {
  it('returns true if there is a value (test_cache_has, test_generic_has)', async () => {
    expect(await call('has', 'hi')).toBe(false);
    await call('add', 'hi', 'hello');
    expect([await call('has', 'hi'), await call('has', 'ho')]).toEqual([true, false]);
    await call('delete', 'hi');
    expect(await call('has', 'hi')).toBe(false);
  });
});

describe('cache.add(key, value)', () => {
  it('sets a value only if there is none, and returns true if it did (test_cache_add, test_generic_add)', async () => {
    expect(await call('add', 'hi', 'hello')).toBe(true);
    expect(await call('add', 'hi', 'foobar')).toBe(false);
    expect(await call('get', 'hi')).toBe('hello');
  });

  it('sets an expired value again', async () => {
    const time = holdTime();
    await call('add', 'hi', 'hello', 1);
    time.forwardSeconds(1);
    expect([await call('add', 'hi', 'foobar', 1), await call('get', 'hi')]).toEqual([true, 'foobar']);
  });
});

describe('cache.delete(key)', () => {
  it('deletes a value, and returns true if there was one (test_cache_delete, test_generic_delete)', async () => {
    await call('set', 'hi', 'hello');
    expect([await call('delete', 'hi'), await call('get', 'hi'), await call('delete', 'hi')]).toEqual([true, undefined, false]);
  });

  it('cache.unlink(key) is cache.delete, or deleteMany (test_cache_unlink_if_not)', async () => {
    await call('setMany', { biggerkey1: 'test'.repeat(100), biggerkey2: 'test'.repeat(100) });
    expect(await call('deleteMany', ['biggerkey1', 'biggerkey2'])).toEqual(['biggerkey1', 'biggerkey2']);
    expect(await call('getMany', ['biggerkey1', 'biggerkey2'])).toEqual([null, null]);
  });
});

describe('get_many, set_many, delete_many', () => {
  it('get_many is in the order of its keys, of an array of them (test_generic_get_many)', async () => {
    await call('set', 'foo', ['bar']);
    await call('set', 'spam', 'eggs');
    expect(await cache.getMany(['foo', 'nothing', 'spam'])).toEqual([['bar'], undefined, 'eggs']);
  });

  it('get_dict is made of it (test_generic_get_dict)', async () => {
    await call('setMany', { a: 'a', b: 'b' });
    const keys = ['a', 'b'];
    const values = await call<string[]>('getMany', keys);
    expect(Object.fromEntries(keys.map((key, index) => [key, values[index]]))).toEqual({ a: 'a', b: 'b' });
  });

  it('set_many gives the keys that it has set (test_generic_set_many)', async () => {
    expect(await call('setMany', { foo: 'bar', spam: ['eggs'] })).toEqual(['foo', 'spam']);
    expect([await call('get', 'foo'), await call('get', 'spam')]).toEqual(['bar', ['eggs']]);
  });

  it('delete_many minds no key that is not there, and gives those that were (test_cache_delete_many, test_cache_delete_many_ignored)', async () => {
    await call('set', 'hi', 'hello');
    expect(await call('deleteMany', ['ho', 'hi'])).toEqual(['hi']);
    expect(await call('get', 'hi')).toBeUndefined();
  });
});

describe('timeout=', () => {
  it('is in seconds, and 0 never expires (test_generic_timeout)', async () => {
    const time = holdTime();
    await call('set', 'foo', 'bar', 0);
    await call('set', 'baz', 'qux', 1);
    await call('setMany', { many: 1 }, 1);
    expect(await call('getMany', ['foo', 'baz', 'many'])).toEqual(['bar', 'qux', 1]);
    time.forwardSeconds(3);
    expect(await call('getMany', ['foo', 'baz', 'many'])).toEqual(['bar', null, null]);
    expect(await call('has', 'baz')).toBe(false);
    time.forwardSeconds(1e9);
    expect(await call('get', 'foo')).toBe('bar');
  });

  it('without it is CACHE_DEFAULT_TIMEOUT, 300 seconds by default', async () => {
    const time = holdTime();
    await call('set', 'foo', 'bar');
    time.forwardSeconds(299.999);
    expect(await call('get', 'foo')).toBe('bar');
    time.forwardSeconds(0.001);
    expect(await call('get', 'foo')).toBeUndefined();
  });

  it('differs: a negative timeout is refused, where Flask stores nothing and returns true', async () => {
    await expect(cache.set('foo', 'bar', -1)).rejects.toThrow(CacheUsageError);
  });
});

describe('cache.inc(key), cache.dec(key)', () => {
  it('differs: there are none, as Flask’s Cache has none; add lets one of many have a turn (test_generic_inc_dec)', async () => {
    expect(['inc', 'dec'].filter(name => name in cache)).toEqual([]);
    const turns = await Promise.all(Array.from({ length: 5 }, (_, turn) => call<boolean>('add', 'turn', turn)));
    expect(turns.filter(Boolean)).toHaveLength(1);
  });
});

describe('cache.clear()', () => {
  it('forgets values, responses and memoized results alike', async () => {
    let runs = 0;
    class Service {
      @Memoized()
      async get(): Promise<number> {
        return Promise.resolve(++runs);
      }
    }
    @JsonController()
    class ViewController {
      @Get('/')
      @Cached()
      async view() {
        return `${await new Service().get()} in run ${++runs}`;
      }
    }
    const server = await TestServer.ofControllers([ViewController]);
    await call('set', 'foo', 'bar');
    for (const text of ['"1 in run 2"', '"1 in run 2"']) expect((await server.get('/')).text).toBe(text);
    await cache.clear();
    expect(await call('has', 'foo')).toBe(false);
    expect((await server.get('/')).text).toBe('"3 in run 4"');
  });
});
