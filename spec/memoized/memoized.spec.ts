import { cache, Memoized, type CacheFault } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';

startAfresh();

interface User {
  name: string;
  friends: string[];
}

let runs: string[] = [];
let gate: Gate | undefined;
let failure: Error | undefined;
let version = 1;

beforeEach(() => {
  runs = [];
  gate = undefined;
  failure = undefined;
  version = 1;
});

class Repository {
  table = 'things';

  @Memoized()
  async find(id: number): Promise<string> {
    runs.push(`${this.table}.find ${id}`);
    return Promise.resolve(`${this.table} ${id} ${version}`);
  }
}

class Users extends Repository {
  override table = 'users';

  @Memoized({ timeout: 60 })
  async user(name: string, options: { limit?: number; sort?: string } = {}): Promise<User> {
    runs.push(`user ${name} ${JSON.stringify(options)}`);
    const seen = version;
    await gate?.pass();
    if (failure !== undefined) throw failure;
    return { name, friends: [`friend ${seen}`] };
  }

  @Memoized()
  async nothing(value: null | undefined): Promise<null | undefined> {
    runs.push(`nothing ${value}`);
    return Promise.resolve(value);
  }

  @Memoized({ tags: ['users', 'all'] })
  async count(): Promise<number> {
    runs.push('count');
    return Promise.resolve(version);
  }

  @Memoized({ tags: (friends: string[], name: string) => [`of:${name}`, ...friends.map(friend => `user:${friend}`)] })
  async friends(name: string): Promise<string[]> {
    runs.push(`friends ${name}`);
    await gate?.pass();
    return ['bob', 'carol'];
  }

  @Memoized({ forcedUpdate: isForced => isForced === true, argsToIgnore: [0] })
  async fresh(_isForced: boolean): Promise<number> {
    const seen = version;
    await gate?.pass();
    return seen;
  }

  @Memoized()
  async total(of: string): Promise<string> {
    runs.push(`object ${of}`);
    return Promise.resolve(`object ${of}`);
  }

  @Memoized()
  static async total(of: string): Promise<string> {
    runs.push(`${this.name}.total ${of}`);
    return Promise.resolve(`${this.name} ${of}`);
  }
}

class Posts extends Repository {
  override table = 'posts';

  @Memoized()
  override async find(id: number): Promise<string> {
    runs.push(`post ${id}`);
    return `post of ${await super.find(id)}`;
  }
}

const users = new Users();

describeEveryStore('a memoized method', store => {
  it('runs once for equal arguments', async () => {
    const faults = store().configure();
    for (let call = 0; call < 3; call++) expect(await users.user('bob')).toEqual({ name: 'bob', friends: ['friend 1'] });
    await users.user('eve');
    await users.user('bob', { limit: 1, sort: 'name' });
    await users.user('bob', { sort: 'name', limit: 1 });
    expect(runs).toEqual(['user bob {}', 'user eve {}', 'user bob {"limit":1,"sort":"name"}']);
    expect(faults).toEqual([]);
  });

  it('runs once for calls at once, and each gets a copy of its own (R8)', async () => {
    store().configure();
    gate = new Gate();
    const calls = Array.from({ length: 20 }, () => users.user('bob'));
    (await gate.next())();
    const [first, ...others] = await Promise.all(calls);
    expect(runs).toEqual(['user bob {}']);
    first!.friends.push('mallory');
    for (const other of others) expect(other).toEqual({ name: 'bob', friends: ['friend 1'] });
    others[0]!.friends.push('mallory');
    expect(await users.user('bob')).toEqual({ name: 'bob', friends: ['friend 1'] });
    expect(others[1]).toEqual({ name: 'bob', friends: ['friend 1'] });
  });

  it('distinguishes null and undefined, and runs once for each', async () => {
    store().configure();
    for (let call = 0; call < 2; call++) {
      expect(await users.nothing(null)).toBeNull();
      expect(await users.nothing(undefined)).toBeUndefined();
    }
    expect(runs).toEqual(['nothing null', 'nothing undefined']);
  });

  it('does not store an error; a waiting call runs the method', async () => {
    store().configure();
    failure = new Error('the database is gone');
    gate = new Gate();
    const calls = [users.user('bob'), users.user('bob')].map(call => call.catch((error: unknown) => error));
    const fail = await gate.next();
    fail();
    const resume = await gate.next();
    failure = undefined;
    resume();
    expect((await Promise.all(calls)).map(outcome => (outcome instanceof Error ? outcome.message : 'fine')).sort()).toEqual([
      'fine',
      'the database is gone',
    ]);
    gate = undefined;
    const ran = runs.length;
    expect(await users.user('bob')).toEqual({ name: 'bob', friends: ['friend 1'] });
    expect(runs.length).toBe(ran);
  });

  it.each<[string, () => Promise<void>]>([
    ['all of the method', () => cache.invalidateMemoized(Users, 'user')],
    ['just these arguments', () => cache.invalidateMemoized(Users, 'user', ['bob'])],
    ['all', () => cache.clear()],
  ])(
    'stores no result that began before an invalidation of %s, and a later call does not join it (R1, R3)',
    async (_what, invalidate) => {
      store().configure();
      gate = new Gate();
      const old = users.user('bob');
      const resumeOld = await gate.next();
      version = 2;
      await invalidate();
      const fresh = users.user('bob');
      const resumeFresh = await gate.next();
      resumeOld();
      expect((await old).friends).toEqual(['friend 1']);
      resumeFresh();
      expect((await fresh).friends).toEqual(['friend 2']);
      gate = undefined;
      expect((await users.user('bob')).friends).toEqual(['friend 2']);
      expect(runs).toHaveLength(2);
    },
  );

  it('is invalidated by exactly its arguments, or altogether', async () => {
    store().configure();
    const all = [['bob'], ['bob', { limit: 1 }], ['eve']] as const;
    const callAll = async () => {
      runs = [];
      for (const [name, options] of all) await users.user(name, options);
      return runs;
    };
    expect(await callAll()).toHaveLength(3);
    await cache.invalidateMemoized(Users, 'user', ['bob', { limit: 1 }]);
    expect(await callAll()).toEqual(['user bob {"limit":1}']);
    await cache.invalidateMemoized(Users, 'user', ['bob', undefined]);
    expect(await callAll()).toEqual(['user bob {}']);
    await cache.invalidateMemoized(Users, 'user', ['nobody']);
    await cache.invalidateMemoized(Users, 'count');
    expect(await callAll()).toEqual([]);
    await cache.invalidateMemoized(Users, 'user');
    expect(await callAll()).toHaveLength(3);
  });

  it('that is inherited is each class’s own, and invalidated with the class that it comes from', async () => {
    store().configure();
    const callAll = async () => {
      runs = [];
      for (const one of [new Repository(), users, new Posts()]) await one.find(1);
      // An invalidation that comes while a result is on its way to the store may refuse it.
      const { flights } = processCache.current.get().singleFlight as unknown as { flights: ReadonlyMap<string, unknown> };
      await until(() => flights.size === 0);
      return runs;
    };
    expect(await callAll()).toEqual(['things.find 1', 'users.find 1', 'post 1', 'posts.find 1']);
    expect(await callAll()).toEqual([]);
    await cache.invalidateMemoized(Users, 'find', [1]);
    expect(await callAll()).toEqual(['users.find 1']);
    await cache.invalidateMemoized(Users, 'find');
    expect(await callAll()).toEqual(['users.find 1']);
    await cache.invalidateMemoized(Posts, 'find');
    expect(await callAll()).toEqual(['post 1', 'posts.find 1']);
    await cache.invalidateMemoized(Repository, 'find', [2]);
    expect(await callAll()).toEqual([]);
    await cache.invalidateMemoized(Repository, 'find', [1]);
    expect(await callAll()).toHaveLength(4);
    await cache.invalidateMemoized(Repository, 'find');
    expect(await callAll()).toHaveLength(4);
  });

  it('that is static is its class’s own', async () => {
    store().configure();
    class Members extends Users {}
    for (let call = 0; call < 2; call++) {
      expect(await Users.total('a')).toBe('Users a');
      expect(await Members.total('a')).toBe('Members a');
    }
    expect(runs).toEqual(['Users.total a', 'Members.total a']);
    await cache.invalidateMemoized(Users, 'total', ['a']);
    await Members.total('a');
    expect(runs).toHaveLength(3);
  });

  it('that is static is not the one of the same name that is not', async () => {
    store().configure();
    for (let call = 0; call < 2; call++) {
      expect(await users.total('a')).toBe('object a');
      expect(await Users.total('a')).toBe('Users a');
    }
    expect(runs).toEqual(['object a', 'Users.total a']);
  });

  it('computes a new result if it is forced, also with a stored result or a computation in progress', async () => {
    store().configure();
    expect(await users.fresh(false)).toBe(1);
    version = 2;
    expect(await users.fresh(false)).toBe(1);
    expect(await users.fresh(true)).toBe(2);
    expect(await users.fresh(false)).toBe(2);
    await cache.clear();
    gate = new Gate();
    const slow = users.fresh(false);
    const resume = await gate.next();
    version = 3;
    const forced = users.fresh(true);
    (await gate.next())();
    expect(await forced).toBe(3);
    resume();
    expect(await slow).toBe(2);
  });

  it('has fixed tags, and the tags of its results', async () => {
    store().configure();
    const keep = jest.spyOn(processCache.current.get(), 'saveVariant');
    const callAll = async () => {
      runs = [];
      await users.count();
      for (const name of ['alice', 'dave']) await users.friends(name);
      // Over Keyv any tag that is invalidated while a result is on its way may be one of its own.
      await Promise.all(keep.mock.results.map(({ value }) => value as unknown));
      return runs;
    };
    expect(await callAll()).toHaveLength(3);
    await cache.invalidateTags('all');
    expect(await callAll()).toEqual(['count']);
    await cache.invalidateTags('of:alice');
    expect(await callAll()).toEqual(['friends alice']);
    await cache.invalidateTags(['user:carol', 'users']);
    expect(await callAll()).toHaveLength(3);
    await cache.invalidateTags(['user:eve', 'Users']);
    expect(await callAll()).toEqual([]);
  });

  it('does not store a result whose tag was invalidated during the computation (R1)', async () => {
    store().configure();
    gate = new Gate();
    const old = users.friends('alice');
    const resume = await gate.next();
    await cache.invalidateTags('user:bob');
    resume();
    await old;
    gate = undefined;
    await users.friends('alice');
    expect(runs).toHaveLength(2);
  });

  it('is no request in the stats', async () => {
    store().configure();
    await users.count();
    await users.count();
    expect(cache.stats()).toMatchObject({
      hits: 0,
      misses: 0,
      stale: 0,
      collapsed: 0,
      bypasses: 0,
      stores: 0,
      invalidations: 0,
      errors: 0,
    });
  });
});

describe('a memoized method', () => {
  let faults: CacheFault[];

  beforeEach(() => {
    faults = [];
    cache.configure({ onError: fault => faults.push(fault), maxEntryBytes: 200 });
  });

  const reports = () => faults.map(({ message }) => message);

  it('of one object is that of all of its class', async () => {
    await new Users().count();
    await new Users().count();
    expect(runs).toEqual(['count']);
  });

  it('of classes with one name has separate results, and one invalidation covers all of them', async () => {
    const make = (text: string) => {
      class Namesake {
        @Memoized()
        async get(): Promise<string> {
          runs.push(text);
          return Promise.resolve(text);
        }
      }
      return Namesake;
    };
    const classes = [make('one'), make('two')];
    class Namesake {
      @Memoized()
      async get(): Promise<string> {
        runs.push('three');
        return Promise.resolve('three');
      }
    }
    classes.push(Namesake);
    const callAll = () => Promise.all(classes.map(made => new made().get()));
    expect(await callAll()).toEqual(['one', 'two', 'three']);
    expect(await callAll()).toEqual(['one', 'two', 'three']);
    expect(runs).toHaveLength(3);
    await cache.invalidateMemoized(Namesake, 'get');
    await callAll();
    expect(runs).toHaveLength(6);
  });

  it('that is inherited by classes with one name has separate results', async () => {
    const extendBy = (text: string) =>
      text === 'one'
        ? class Heir extends Repository {
            override table = 'one';
          }
        : class Heir extends Repository {
            override table = text;
          };
    const heirs = ['one', 'two', 'three'].map(text => new (extendBy(text))());
    for (let call = 0; call < 2; call++) {
      expect(await Promise.all(heirs.map(heir => heir.find(1)))).toEqual(['one 1 1', 'two 1 1', 'three 1 1']);
    }
    expect(runs).toHaveLength(3);
  });

  it('has its name and its length, and rejects with an error that it throws at once', async () => {
    class Service {
      @Memoized()
      fails(_a: number, _b: number): Promise<number> {
        throw new RangeError('at once');
      }
    }
    expect([new Service().fails.name, new Service().fails.length]).toEqual(['fails', 2]);
    await expect(new Service().fails(1, 2)).rejects.toThrow(RangeError);
  });

  it('returns its own result, not a copy, to its own caller', async () => {
    const made = { a: 1 };
    class Service {
      @Memoized()
      get(): Promise<object> {
        return Promise.resolve(made);
      }
    }
    expect(await new Service().get()).toBe(made);
    made.a = 2;
    expect(await new Service().get()).toEqual({ a: 1 });
  });

  describe('whose result JSON does not carry', () => {
    class Event {
      constructor(
        readonly name: string,
        readonly at: Date,
      ) {}
    }

    class Events {
      @Memoized()
      async raw(): Promise<unknown> {
        runs.push('raw');
        return Promise.resolve([{ at: new Date(0) }]);
      }

      @Memoized({ revive: ({ name, at }: { name: string; at: string }) => new Event(name, new Date(at)) })
      async event(name: string): Promise<Event | null | undefined> {
        runs.push(name);
        if (name === '') return Promise.resolve(null);
        if (name === 'none') return Promise.resolve(undefined);
        return Promise.resolve(new Event(name, new Date(0)));
      }

      @Memoized({ revive: () => { throw new Error('cannot be made'); } }) // prettier-ignore
      async broken(): Promise<object> {
        runs.push('broken');
        return Promise.resolve({});
      }

      @Memoized({ revive: (json: unknown) => json })
      async cycle(): Promise<unknown> {
        runs.push('cycle');
        const cycle: Record<string, unknown> = {};
        return Promise.resolve((cycle.self = cycle));
      }
    }

    const events = new Events();

    it('returns the result, runs each time, and reports the reason once', async () => {
      for (let call = 0; call < 3; call++) expect(await events.raw()).toEqual([{ at: new Date(0) }]);
      await Promise.all([events.raw(), events.raw()]);
      expect(runs).toHaveLength(5);
      expect(faults).toMatchObject([{ code: 'CACHE_RESULT_NOT_KEPT' }]);
      expect(reports()[0]).toBe(
        'CACHE_RESULT_NOT_KEPT: Events.raw: a result cannot be stored, so each such call runs the method: [0].at is a Date, which JSON does not carry. ' +
          'Write its toISOString(). Or write revive: json => the result of the method.',
      );
    });

    it('revives it, but not null and undefined', async () => {
      for (let call = 0; call < 3; call++) {
        const event = await events.event('party');
        expect(event).toBeInstanceOf(Event);
        expect(event).toEqual(new Event('party', new Date(0)));
        expect(await events.event('')).toBeNull();
        expect(await events.event('none')).toBeUndefined();
      }
      expect(runs).toEqual(['party', '', 'none']);
      expect(faults).toEqual([]);
    });

    it('runs where it cannot be revived, or written', async () => {
      for (let call = 0; call < 2; call++) {
        await events.broken();
        await events.cycle();
      }
      expect(runs).toEqual(['broken', 'cycle', 'broken', 'cycle']);
      expect(reports()).toEqual([
        'CACHE_RESULT_NOT_KEPT: Events.cycle: a result cannot be stored, so each such call runs the method: JSON.stringify cannot write it: Converting circular structure to JSON. Or write revive: json => the result of the method.',
        'CACHE_OPTION_FAILED: Events.broken: revive threw, so the call bypasses the cache: cannot be made',
      ]);
    });
  });

  it('does not store a result over maxEntryBytes, and reports that once', async () => {
    class Large {
      @Memoized()
      async text(): Promise<string> {
        runs.push('text');
        return Promise.resolve('x'.repeat(200));
      }
    }
    for (let call = 0; call < 2; call++) await new Large().text();
    expect(runs).toHaveLength(2);
    expect(reports()).toEqual([
      'CACHE_VALUE_TOO_LARGE: Large.text: a result is not stored: it has 202 bytes, and maxEntryBytes is 200',
    ]);
  });

  describe('whose arguments are no plain values', () => {
    class Service {
      readonly tenant: string = 'one';

      @Memoized()
      async stream(_name: string, signal: unknown): Promise<string> {
        runs.push('stream');
        return Promise.resolve(typeof signal);
      }

      @Memoized({ argsToIgnore: [1] })
      async ignoring(name: string, _signal?: unknown): Promise<string> {
        runs.push(`ignoring ${name}`);
        return Promise.resolve(name);
      }

      @Memoized({
        makeCacheKey(this: Service, user: { id: number }) {
          return `${this.tenant} ${user.id}`;
        },
      })
      async keyed(user: { id: number }): Promise<string> {
        runs.push(`keyed ${this.tenant} ${user.id}`);
        return Promise.resolve(`${this.tenant} ${user.id}`);
      }

      @Memoized({ makeCacheKey: (id: number) => id as never })
      async wrong(_id: number): Promise<number> {
        return Promise.resolve(runs.push('wrong'));
      }
    }
    class Person {
      constructor(readonly id: number) {}
    }
    const service = new Service();

    it('runs each time, and reports the remedy once', async () => {
      for (let call = 0; call < 2; call++) expect(await service.stream('a', new AbortController().signal)).toBe('object');
      await service.stream('a', () => 1);
      expect(runs).toHaveLength(3);
      expect(reports()).toEqual([
        'CACHE_NOT_KEYED: Service.stream: a call is not memoized: argument 2 is no plain value, so it cannot be in the key. Write argsToIgnore: [1], or makeCacheKey: (...args) => a string that identifies it.',
      ]);
    });

    it('leaves those out that are to be ignored', async () => {
      await service.ignoring('a', new AbortController().signal);
      await service.ignoring('a', () => 1);
      await service.ignoring('a');
      await service.ignoring('b');
      expect(runs).toEqual(['ignoring a', 'ignoring b']);
      await cache.invalidateMemoized(Service, 'ignoring', ['a', 'whatever']);
      await service.ignoring('b');
      await service.ignoring('a');
      expect(runs).toEqual(['ignoring a', 'ignoring b', 'ignoring a']);
    });

    it('has the key that is made of them, and of the object', async () => {
      const other = Object.assign(new Service(), { tenant: 'two' });
      for (const id of [1, 1, 2]) {
        expect(await service.keyed(new Person(id))).toBe(`one ${id}`);
        expect(await other.keyed(new Person(id))).toBe(`two ${id}`);
      }
      expect(runs).toEqual(['keyed one 1', 'keyed two 1', 'keyed one 2', 'keyed two 2']);
      // Whose results the arguments are part of, nobody can say without the object: all.
      await cache.invalidateMemoized(Service, 'keyed', [new Person(1)]);
      for (const id of [1, 2]) await service.keyed(new Person(id));
      expect(runs).toHaveLength(6);
    });

    it('bypasses the cache if makeCacheKey returns no string', async () => {
      await service.wrong(1);
      await service.wrong(1);
      expect(runs).toHaveLength(2);
      expect(reports()).toEqual([
        'CACHE_NOT_KEYED: Service.wrong: a call is not memoized: makeCacheKey must return a string, and returned number.',
      ]);
    });
  });

  describe('with unless and forcedUpdate', () => {
    class Service {
      isOff = false;

      @Memoized({
        unless(this: Service, id: number) {
          return this.isOff || id === 0;
        },
        forcedUpdate: (_id: number, isFresh?: boolean) => isFresh === true,
        argsToIgnore: [1],
      })
      async get(id: number, _isFresh?: boolean): Promise<number> {
        runs.push(`get ${id}`);
        return Promise.resolve(version);
      }

      @Memoized({ unless: id => Promise.resolve(id === 0), forcedUpdate: id => Promise.resolve(id === 1) })
      async later(id: number): Promise<number> {
        runs.push(`later ${id}`);
        return Promise.resolve(id);
      }

      @Memoized({ unless: () => { throw new Error('unless is broken'); } }) // prettier-ignore
      async broken(): Promise<number> {
        return Promise.resolve(runs.push('broken'));
      }
    }
    const service = new Service();

    it('bypasses the cache for reads and writes', async () => {
      for (let call = 0; call < 2; call++) await service.get(0);
      expect(runs).toHaveLength(2);
      await service.get(1);
      version = 2;
      expect(await Object.assign(new Service(), { isOff: true }).get(1)).toBe(2);
      expect(await service.get(1)).toBe(1);
    });

    it('computes and stores a new result', async () => {
      await service.get(1);
      version = 2;
      expect(await service.get(1)).toBe(1);
      expect(await service.get(1, true)).toBe(2);
      expect(await service.get(1)).toBe(2);
      expect(runs).toHaveLength(2);
    });

    it('waits for them', async () => {
      for (const id of [0, 0, 1, 1, 2, 2]) await service.later(id);
      expect(runs).toEqual(['later 0', 'later 0', 'later 1', 'later 1', 'later 2']);
    });

    it('bypasses the cache if an option throws', async () => {
      await service.broken();
      await service.broken();
      expect(runs).toHaveLength(2);
      expect(reports()[0]).toBe(
        'CACHE_OPTION_FAILED: Service.broken: an option of @Memoized threw, so the call bypasses the cache: unless is broken',
      );
    });
  });

  describe('with a responseFilter', () => {
    class Service {
      least = 1;

      @Memoized({
        responseFilter(this: Service, result: number | Date | null, id: number) {
          return typeof result === 'number' && result >= this.least && id !== 0;
        },
      })
      async get(id: number, result: number | Date | null): Promise<number | Date | null> {
        runs.push(`get ${id}`);
        await gate?.pass();
        return result;
      }

      @Memoized({ responseFilter: () => { throw new Error('the filter is broken'); } }) // prettier-ignore
      broken(): number {
        return runs.push('broken');
      }
    }

    it('stores the results that it accepts, and returns the other ones without a report', async () => {
      const service = new Service();
      for (let call = 0; call < 2; call++) {
        expect(await service.get(1, 5)).toBe(5);
        expect(await service.get(2, 0)).toBe(0);
        expect(await service.get(0, 5)).toBe(5);
        expect(await service.get(3, null)).toBeNull();
      }
      expect(runs).toEqual(['get 1', 'get 2', 'get 0', 'get 3', 'get 2', 'get 0', 'get 3']);
      expect(faults).toEqual([]);
    });

    it('is asked before it is seen whether JSON carries the result', async () => {
      class Dated {
        @Memoized({ responseFilter: result => typeof result === 'number' })
        async get(): Promise<Date> {
          return Promise.resolve(new Date(0));
        }
      }
      expect(await new Dated().get()).toEqual(new Date(0));
      expect(faults).toEqual([]);
    });

    it('shares no refused result: a waiting call runs the method too', async () => {
      gate = new Gate();
      const calls = [new Service().get(2, 0), new Service().get(2, 0)];
      (await gate.next())();
      (await gate.next())();
      expect(await Promise.all(calls)).toEqual([0, 0]);
      expect(runs).toEqual(['get 2', 'get 2']);
    });

    it('that throws prevents the storage, and is reported', () => {
      expect([new Service().broken(), new Service().broken()]).toEqual([1, 2]);
      expect(reports()[0]).toBe(
        'CACHE_OPTION_FAILED: Service.broken: responseFilter threw, so the result is not stored: the filter is broken',
      );
    });
  });

  it('does not store a result if its tags fail', async () => {
    class Service {
      @Memoized({ tags: () => [''] })
      async get(): Promise<number> {
        return Promise.resolve(runs.push('get'));
      }
    }
    for (let call = 0; call < 2; call++) await new Service().get();
    expect(runs).toHaveLength(2);
    expect(reports()[0]).toContain('CACHE_OPTION_FAILED: Service.get: tags failed, so the result is not stored: it returned [');
  });
});
