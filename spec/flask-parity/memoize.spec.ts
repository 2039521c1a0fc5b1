import ejs from 'ejs';
import { cache, CacheUsageError, Memoized, SimpleStore, type CacheFault } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { holdTime } from '../support/time.js';
import { remote } from './remote.js';

/** What users of Flask-Caching expect of `@cache.memoize`: the tests named are those of its own suite. */

startAfresh();

/** Methods answer with the number of their run, so that equal answers are one answer. */
let runs: number;
let faults: CacheFault[];

beforeEach(() => {
  runs = 0;
  faults = [];
  cache.configure({ onError: fault => faults.push(fault) });
});

/** As Flask-Caching's tests have it: what differs by its arguments, and by its runs. */
class Sums {
  @Memoized({ timeout: 3 })
  async sum(a: number, b: number): Promise<string> {
    return Promise.resolve(`${a + b} in run ${++runs}`);
  }

  @Memoized()
  async withDefault(a: number, b: number | null = 2): Promise<string> {
    return Promise.resolve(`${a} and ${b} in run ${++runs}`);
  }

  @Memoized({ makeCacheKey: (a: number, b: number | null = 2) => JSON.stringify([a, b]) })
  async withDefaultInTheKey(a: number, b: number | null = 2): Promise<string> {
    return Promise.resolve(`${a} and ${b} in run ${++runs}`);
  }

  @Memoized()
  async any(...args: unknown[]): Promise<string> {
    return Promise.resolve(`${JSON.stringify(args)} in run ${++runs}`);
  }
}

describe('@cache.memoize(60)', () => {
  it('stores a result for its timeout, by its arguments (test_memoize)', async () => {
    const time = holdTime();
    const call = await remote(new Sums());
    expect(await call('sum', 5, 2)).toBe('7 in run 1');
    time.forwardSeconds(1);
    expect(await call('sum', 5, 2)).toBe('7 in run 1');
    expect(await call('sum', 5, 3)).toBe('8 in run 2');
    time.forwardSeconds(2);
    expect(await call('sum', 5, 2)).toBe('7 in run 3');
    expect(await call('sum', 5, 3)).toBe('8 in run 2');
  });

  it('without a timeout has CACHE_DEFAULT_TIMEOUT (test_memoize_timeout)', async () => {
    await cache.reset();
    cache.configure({ defaultTimeout: 1 });
    const time = holdTime();
    const call = await remote(new Sums());
    expect([await call('any', 1), await call('any', 1)]).toEqual(['[1] in run 1', '[1] in run 1']);
    time.forwardSeconds(1);
    expect(await call('any', 1)).toBe('[1] in run 2');
  });

  it('stores a later result for its whole timeout (test_memoize_entry_written_late_keeps_its_own_timeout)', async () => {
    const time = holdTime();
    const call = await remote(new Sums());
    await call('sum', 1, 1);
    time.forwardSeconds(2);
    await call('sum', 2, 2);
    time.forwardSeconds(2);
    expect([await call('sum', 1, 1), await call('sum', 2, 2)]).toEqual(['2 in run 3', '4 in run 2']);
  });

  it('takes any text, any number of arguments, none too, and lists (test_memoize_unicode_arguments, test_memoize_when_using_args_unpacking, test_memoize_kwargonly)', async () => {
    const call = await remote(new Sums());
    const calls = [
      ['æøå', 'chars'],
      ['æøå'],
      [1, 2],
      [1, 3],
      [1, 2, 3],
      [[5, 3, 2], [1]],
      [
        [3, 3],
        [3, 1],
      ],
      [],
    ];
    const first = [];
    for (const args of calls) first.push(await call('any', ...args));
    expect(first).toEqual(calls.map((args, index) => `${JSON.stringify(args)} in run ${index + 1}`));
    for (const [index, args] of calls.entries()) expect(await call('any', ...args)).toBe(first[index]);
  });

  it('distinguishes arguments by type as well as by value', async () => {
    const call = await remote(new Sums());
    for (const value of [1, '1', true, 'true', null, 'null', 0, false, '', [], {}]) await call('any', value);
    expect(runs).toBe(11);
  });

  it('does not mind the order of keyword arguments, which are properties of an object (test_memoize_arg_kwarg_var_keyword)', async () => {
    const call = await remote(new Sums());
    const result = await call('any', 1, { d: 5, e: { f: 8, g: 9 } });
    expect(await call('any', 1, { e: { g: 9, f: 8 }, d: 5 })).toBe(result);
    expect(await call('any', 1, { d: 8, e: 5 })).not.toBe(result);
  });

  it('distinguishes null from a falsy default (test_memoize_falsy_default_argument)', async () => {
    const call = await remote(new Sums());
    expect(await call('withDefault', 1, null)).toBe('1 and null in run 1');
    expect(await call('withDefault', 1)).toBe('1 and 2 in run 2');
  });

  it('differs: f(1) and f(1, b=2) are two results if 2 is the default (test_memoize_arg_kwarg)', async () => {
    const sums = new Sums();
    expect(await sums.withDefault(1)).toBe('1 and 2 in run 1');
    expect(await sums.withDefault(1, undefined)).toBe('1 and 2 in run 1');
    expect(await sums.withDefault(1, 2)).toBe('1 and 2 in run 2');
    // Where that matters, makeCacheKey has the same default.
    expect(await sums.withDefaultInTheKey(1)).toBe('1 and 2 in run 3');
    expect(await sums.withDefaultInTheKey(1, 2)).toBe('1 and 2 in run 3');
  });

  it('does not store an error', async () => {
    class Failing {
      @Memoized()
      async get(): Promise<number> {
        if (++runs === 1) throw new Error('the database is gone');
        return Promise.resolve(runs);
      }
    }
    const call = await remote(new Failing());
    await expect(call('get')).rejects.toThrow('get answers 500');
    expect([await call('get'), await call('get')]).toEqual([2, 2]);
  });

  it('returns copies: a change of a result changes no other result', async () => {
    class Lists {
      @Memoized()
      async get(): Promise<number[]> {
        return Promise.resolve([++runs]);
      }
    }
    const lists = new Lists();
    (await lists.get()).push(2);
    (await lists.get()).push(3);
    expect(await lists.get()).toEqual([1]);
  });

  it('differs: results are JSON and not pickled, so that dates and objects of a class need revive', async () => {
    class Dates {
      @Memoized({ revive: (json: string) => new Date(json) })
      async revived(): Promise<Date> {
        return Promise.resolve(new Date(++runs));
      }

      @Memoized()
      async raw(): Promise<Date> {
        return Promise.resolve(new Date(++runs));
      }
    }
    const dates = new Dates();
    expect([await dates.revived(), await dates.revived()]).toEqual([new Date(1), new Date(1)]);
    expect([await dates.raw(), await dates.raw()]).toEqual([new Date(2), new Date(3)]);
    expect(faults).toMatchObject([{ code: 'CACHE_RESULT_NOT_KEPT' }]);
  });

  it("@cache.cached(key_prefix='MyBits') of a function is a memoized method without arguments (test_cache_cached_function)", async () => {
    class Bits {
      @Memoized({ timeout: 1 })
      async random(): Promise<number[]> {
        return Promise.resolve([++runs]);
      }
    }
    const time = holdTime();
    const call = await remote(new Bits());
    expect([await call('random'), await call('random')]).toEqual([[1], [1]]);
    time.forwardSeconds(2);
    expect(await call('random')).toEqual([2]);
  });

  it('source_check=True is a version of the deployment (test_memoize_with_source_check_enabled)', async () => {
    // One store for all three deployments.
    const store = Object.assign(new SimpleStore(), { close: () => undefined });
    const results = [];
    for (const version of ['1', '2', '1']) {
      await cache.reset();
      cache.configure({ store, version });
      const call = await remote(new Sums());
      results.push(await call('any', 1), await call('any', 1));
    }
    expect(results).toEqual([1, 1, 2, 2, 1, 1].map(run => `[1] in run ${run}`));
  });

  it('f.uncached(1) is a method that the memoized one calls, or a cache that is off, as in tests', async () => {
    class Users {
      async read(name: string): Promise<string> {
        return Promise.resolve(`${name} in run ${++runs}`);
      }

      @Memoized()
      async find(name: string): Promise<string> {
        return this.read(name);
      }
    }
    const call = await remote(new Users());
    await call('find', 'bob');
    expect([await call('read', 'bob'), await call('find', 'bob')]).toEqual(['bob in run 2', 'bob in run 1']);
    await cache.reset();
    cache.configure({ enabled: false });
    expect([await call('find', 'bob'), await call('find', 'bob')]).toEqual(['bob in run 3', 'bob in run 4']);
  });

  it('make_name= is not needed: functions of one name in two classes are two', async () => {
    class Other {
      @Memoized({ timeout: 3 })
      async sum(a: number, b: number): Promise<string> {
        return Promise.resolve(`other ${a + b} in run ${++runs}`);
      }
    }
    expect(await (await remote(new Sums()))('sum', 5, 2)).toBe('7 in run 1');
    expect(await (await remote(new Other()))('sum', 5, 2)).toBe('other 7 in run 2');
  });
});

describe('@cache.memoize(…, unless=, forced_update=, response_filter=)', () => {
  class Reports {
    isOff = false;

    @Memoized({
      unless(this: Reports, id: number) {
        return this.isOff || id === 0;
      },
    })
    async unless(id: number): Promise<string> {
      return Promise.resolve(`${id} in run ${++runs}`);
    }

    asked: unknown[] = [];
    isForced = false;

    @Memoized({
      forcedUpdate(this: Reports, ...args: unknown[]) {
        this.asked.push(args);
        return this.isForced;
      },
    })
    async forced(a: number, b: number): Promise<string> {
      return Promise.resolve(`${a + b} in run ${++runs}`);
    }

    @Memoized({ responseFilter: (result: string) => !result.startsWith('error') })
    async filtered(text: string): Promise<string> {
      return Promise.resolve(`${text} in run ${++runs}`);
    }
  }

  it('bypasses the cache while unless= is true, with or without arguments', async () => {
    const reports = new Reports();
    const call = await remote(reports);
    expect([await call('unless', 0), await call('unless', 0)]).toEqual(['0 in run 1', '0 in run 2']);
    expect([await call('unless', 1), await call('unless', 1)]).toEqual(['1 in run 3', '1 in run 3']);
    reports.isOff = true;
    expect(await call('unless', 1)).toBe('1 in run 4');
    reports.isOff = false;
    expect(await call('unless', 1)).toBe('1 in run 3');
  });

  it('computes a new result while forced_update= is true (test_memoize_forced_update)', async () => {
    const reports = new Reports();
    const call = await remote(reports);
    expect([await call('forced', 5, 2), await call('forced', 5, 2)]).toEqual(['7 in run 1', '7 in run 1']);
    reports.isForced = true;
    expect(await call('forced', 5, 2)).toBe('7 in run 2');
    reports.isForced = false;
    expect(await call('forced', 5, 2)).toBe('7 in run 2');
  });

  it('asks forced_update= once for each call, with its arguments (test_memoize_forced_update_parameters)', async () => {
    const reports = new Reports();
    const call = await remote(reports);
    await call('forced', 5, 2);
    await call('forced', 5, 2);
    reports.isForced = true;
    await call('forced', 5, 2);
    expect(reports.asked).toEqual([[5, 2], [5, 2], [5, 2]]); // prettier-ignore
  });

  it('stores only the results that response_filter= accepts', async () => {
    const call = await remote(new Reports());
    expect([await call('filtered', 'error'), await call('filtered', 'error')]).toEqual(['error in run 1', 'error in run 2']);
    expect([await call('filtered', 'fine'), await call('filtered', 'fine')]).toEqual(['fine in run 3', 'fine in run 3']);
  });
});

describe('@cache.memoize(cache_none=True)', () => {
  class Nones {
    @Memoized()
    async get(value: null | undefined): Promise<null | undefined> {
      runs++;
      return Promise.resolve(value);
    }

    @Memoized({ responseFilter: result => result !== null && result !== undefined })
    async never(value: null | undefined): Promise<null | undefined> {
      runs++;
      return Promise.resolve(value);
    }
  }

  it('is how it always is, for null and for undefined (test_memoize_none)', async () => {
    const nones = new Nones();
    for (let call = 0; call < 2; call++) {
      expect(await nones.get(null)).toBeNull();
      expect(await nones.get(undefined)).toBeUndefined();
    }
    expect(runs).toBe(2);
    await cache.clear();
    await nones.get(null);
    expect(runs).toBe(3);
  });

  it('cache_none=False is a response_filter= (test_memoize_never_accept_none)', async () => {
    const nones = new Nones();
    for (let call = 0; call < 2; call++) {
      expect(await nones.never(null)).toBeNull();
      expect(await nones.never(undefined)).toBeUndefined();
    }
    expect(runs).toBe(4);
  });
});

describe("args_to_ignore=['b']", () => {
  class Ignoring {
    @Memoized({ argsToIgnore: [1] })
    async sum(a: number, b: unknown): Promise<string> {
      return Promise.resolve(`${a} and ${typeof b} in run ${++runs}`);
    }
  }

  it('leaves arguments out of the key, by position, because JavaScript has no argument names (test_memoize_ignore_args)', async () => {
    const call = await remote(new Ignoring());
    expect(await call('sum', 5, 2)).toBe('5 and number in run 1');
    expect(await call('sum', 5, 'three')).toBe('5 and number in run 1');
    expect(await call('sum', 6, 2)).toBe('6 and number in run 2');
  });

  it('also arguments that could not be in one', async () => {
    expect(await new Ignoring().sum(5, () => 1)).toBe('5 and function in run 1');
    expect(await new Ignoring().sum(5, new AbortController())).toBe('5 and function in run 1');
    expect(faults).toEqual([]);
  });

  it("args_to_ignore=['self'] is how it always is: objects of a class share (test_memoize_method_ignore_self_arg)", async () => {
    expect(await new Sums().sum(5, 2)).toBe('7 in run 1');
    expect(await new Sums().sum(5, 2)).toBe('7 in run 1');
  });
});

describe('__repr__, __caching_id__', () => {
  class Adder {
    constructor(
      readonly id: string,
      readonly initial: number,
    ) {}

    @Memoized({
      makeCacheKey(this: Adder, b: number) {
        return `${this.id} ${b}`;
      },
      tags(this: Adder, _result: string, b: number) {
        return [`adder:${this.id}`, `adder:${this.id} ${b}`];
      },
    })
    async add(b: number): Promise<string> {
      return Promise.resolve(`${this.initial + b} in run ${++runs}`);
    }
  }

  it('is makeCacheKey, with the object as its this (test_memoize_classfunc, test_memoize_classfunc_repr)', async () => {
    const [one, two] = [await remote(new Adder('one', 1)), await remote(new Adder('two', 2))];
    expect([await one('add', 3), await two('add', 3), await one('add', 4)]).toEqual(['4 in run 1', '5 in run 2', '5 in run 3']);
    expect([await one('add', 3), await two('add', 3), await one('add', 4)]).toEqual(['4 in run 1', '5 in run 2', '5 in run 3']);
    // Another object that says it is the same.
    expect(await (await remote(new Adder('one', 7)))('add', 3)).toBe('4 in run 1');
  });

  it('cache.delete_memoized(obj.f) is a tag of the object, (Class.f) the class (test_memoize_classfunc_delete)', async () => {
    const [one, two] = [new Adder('one', 1), new Adder('two', 2)];
    expect([await one.add(3), await two.add(3)]).toEqual(['4 in run 1', '5 in run 2']);
    await cache.invalidateTags('adder:one');
    expect([await one.add(3), await two.add(3)]).toEqual(['4 in run 3', '5 in run 2']);
    await cache.invalidateMemoized(Adder, 'add');
    expect([await one.add(3), await two.add(3)]).toEqual(['4 in run 4', '5 in run 5']);
  });

  it('cache.delete_memoized(obj.f, 3) is a tag of the object and the argument (test_memoize_classfunc_delete_with_args)', async () => {
    const [one, two] = [new Adder('one', 1), new Adder('two', 2)];
    expect([await one.add(3), await one.add(4), await two.add(3)]).toEqual(['4 in run 1', '5 in run 2', '5 in run 3']);
    await cache.invalidateTags('adder:one 3');
    expect([await one.add(3), await one.add(4), await two.add(3)]).toEqual(['4 in run 4', '5 in run 2', '5 in run 3']);
  });

  it('of an argument is makeCacheKey, too: without it, the call bypasses the cache, with a report (test_memoize_classarg)', async () => {
    class Bars {
      @Memoized()
      async plain(adder: Adder): Promise<string> {
        return Promise.resolve(`${adder.initial} in run ${++runs}`);
      }

      @Memoized({ makeCacheKey: (adder: Adder) => adder.id })
      async keyed(adder: Adder): Promise<string> {
        return Promise.resolve(`${adder.initial} in run ${++runs}`);
      }
    }
    const bars = new Bars();
    const [one, two] = [new Adder('one', 15), new Adder('two', 20)];
    expect([await bars.keyed(one), await bars.keyed(two)]).toEqual(['15 in run 1', '20 in run 2']);
    expect([await bars.keyed(new Adder('one', 14)), await bars.keyed(two)]).toEqual(['15 in run 1', '20 in run 2']);
    expect([await bars.plain(one), await bars.plain(one)]).toEqual(['15 in run 3', '15 in run 4']);
    expect(faults).toMatchObject([{ code: 'CACHE_NOT_KEYED' }]);
  });
});

describe('cache.delete_memoized(f)', () => {
  it('forgets all results of a method, as cache.delete_memoized_verhash(f) does (test_memoize_delete, test_memoize_verhash_delete)', async () => {
    const call = await remote(new Sums());
    expect([await call('sum', 5, 2), await call('sum', 5, 3)]).toEqual(['7 in run 1', '8 in run 2']);
    await cache.invalidateMemoized(Sums, 'any');
    expect([await call('sum', 5, 2), await call('sum', 5, 3)]).toEqual(['7 in run 1', '8 in run 2']);
    await cache.invalidateMemoized(Sums, 'sum');
    expect([await call('sum', 5, 2), await call('sum', 5, 3)]).toEqual(['7 in run 3', '8 in run 4']);
  });

  it('cache.delete_memoized(f, 1, 2) forgets one tuple of arguments (test_memoize_no_timeout_delete, test_memoize_args)', async () => {
    const call = await remote(new Sums());
    await call('any', [5, 3, 2], [1]);
    await call('any', [3, 3], [3, 1]);
    await cache.invalidateMemoized(Sums, 'any', [[5, 3, 2], [1]]);
    expect(await call('any', [5, 3, 2], [1])).toBe('[[5,3,2],[1]] in run 3');
    expect(await call('any', [3, 3], [3, 1])).toBe('[[3,3],[3,1]] in run 2');
  });

  it('takes keyword arguments in any order (test_memoize_kwargs, test_memoize_multiple_arg_kwarg_delete)', async () => {
    const call = await remote(new Sums());
    await call('any', 1, { one: 1, two: 2 });
    await call('any', 5, { three: 3 });
    await cache.invalidateMemoized(Sums, 'any', [1, { two: 2, one: 1 }]);
    expect(await call('any', 1, { one: 1, two: 2 })).toBe('[1,{"one":1,"two":2}] in run 3');
    expect(await call('any', 5, { three: 3 })).toBe('[5,{"three":3}] in run 2');
  });

  it('does not affect results that are stored later (test_memoize_delete_resets_version_key)', async () => {
    const time = holdTime();
    const call = await remote(new Sums());
    await call('any', 'a');
    await cache.invalidateMemoized(Sums, 'any');
    expect(await call('any', 'a')).toBe('["a"] in run 2');
    time.forwardSeconds(3600);
    expect(await call('any', 'b')).toBe('["b"] in run 3');
    time.forwardSeconds(299);
    expect(await call('any', 'b')).toBe('["b"] in run 3');
  });

  it('is_stale= is an invalidation by the change of the data (test_memoize_is_stale)', async () => {
    class Imports {
      imports = 1;

      @Memoized({ timeout: 86_400 })
      async report(user: string): Promise<string> {
        return Promise.resolve(`${user} of import ${this.imports} in run ${++runs}`);
      }

      async import(): Promise<void> {
        this.imports++;
        await cache.invalidateMemoized(Imports, 'report');
      }
    }
    const call = await remote(new Imports());
    for (let twice = 0; twice < 2; twice++) expect(await call('report', 'bob')).toBe('bob of import 1 in run 1');
    await call('import');
    expect(await call('report', 'bob')).toBe('bob of import 2 in run 2');
  });

  it('of a name that is no method’s is refused, as Flask refuses all names', async () => {
    await expect(cache.invalidateMemoized(Sums, 'toString' as never)).rejects.toThrow(CacheUsageError);
  });

  class Counters {
    @Memoized()
    static async count(of: string): Promise<string> {
      return Promise.resolve(`${this.name} ${of} in run ${++runs}`);
    }

    @Memoized()
    async count(of: string): Promise<string> {
      return Promise.resolve(`${of} in run ${++runs}`);
    }
  }
  class OwnCounters extends Counters {}

  it('of a classmethod takes the class first, of a staticmethod too (test_memoize_classmethod_delete_with_args)', async () => {
    expect([await Counters.count('a'), await Counters.count('b')]).toEqual(['Counters a in run 1', 'Counters b in run 2']);
    await cache.invalidateMemoized(Counters, 'count', ['a']);
    expect([await Counters.count('a'), await Counters.count('b')]).toEqual(['Counters a in run 3', 'Counters b in run 2']);
  });

  it('differs: a staticmethod is each class’s own, as a classmethod is in both', async () => {
    expect([await Counters.count('a'), await OwnCounters.count('a')]).toEqual(['Counters a in run 1', 'OwnCounters a in run 2']);
    expect([await Counters.count('a'), await OwnCounters.count('a')]).toEqual(['Counters a in run 1', 'OwnCounters a in run 2']);
  });

  it('differs: of a subclass reaches inherited methods, and not the results of the base class', async () => {
    const [base, own] = [await remote(new Counters()), await remote(new OwnCounters())];
    expect([await base('count', 'a'), await own('count', 'a')]).toEqual(['a in run 1', 'a in run 2']);
    await cache.invalidateMemoized(OwnCounters, 'count');
    expect([await base('count', 'a'), await own('count', 'a')]).toEqual(['a in run 1', 'a in run 3']);
    await cache.invalidateMemoized(Counters, 'count');
    expect([await base('count', 'a'), await own('count', 'a')]).toEqual(['a in run 4', 'a in run 5']);
  });
});

describe('yield in a memoized function', () => {
  it('is refused when the class is defined: a list is returned instead (test_memoized_generator_of_strings_is_joined)', async () => {
    expect(() => {
      class Generating {
        @Memoized()
        *words(): Generator<string> {
          yield 'hello';
        }
      }
      return Generating;
    }).toThrow(
      'Generating.words: @Memoized does not support a generator, because its result can be read only once. Return an array.',
    );

    class Listing {
      @Memoized()
      async words(prefix: string): Promise<string[]> {
        return Promise.resolve([...new Set([prefix, `run ${++runs}`])]);
      }
    }
    const call = await remote(new Listing());
    for (let twice = 0; twice < 2; twice++) expect(await call('words', 'a')).toEqual(['a', 'run 1']);
  });
});

describe("{% cache 60, 'fragment' %}", () => {
  it('is a memoized method that renders the fragment (test_jinjaext_cache)', async () => {
    class Fragments {
      @Memoized({ timeout: 60 })
      async greeting(name: string): Promise<string> {
        return Promise.resolve(ejs.render('<b><%= name %> <%= run %></b>', { name, run: ++runs }));
      }
    }
    const fragments = new Fragments();
    class Pages {
      async page(name: string): Promise<string> {
        return ejs.render('<p><%- greeting %></p>', { greeting: await fragments.greeting(name) });
      }
    }
    const call = await remote(new Pages());
    expect([await call('page', 'bob'), await call('page', 'bob')]).toEqual(['<p><b>bob 1</b></p>', '<p><b>bob 1</b></p>']);
    expect(await call('page', '<i>')).toBe('<p><b>&lt;i&gt; 2</b></p>');
    // cache.delete(make_template_fragment_key('fragment', vary_on=['bob']))
    await cache.invalidateMemoized(Fragments, 'greeting', ['bob']);
    expect(await call('page', 'bob')).toBe('<p><b>bob 3</b></p>');
  });
});
