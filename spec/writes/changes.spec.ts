import { BadRequestError, Get, JsonController, Param, Put } from 'routing-controllers';
import { cache, Cached, CacheUsageError, InvalidatesCache, type CacheFault } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { TestServer } from '../support/server.js';

startAfresh();
afterEach(unsubscribeAll);

let avatars: Record<string, string>;
let gate: Gate | undefined;
let thrown: Error | undefined;

beforeEach(() => {
  avatars = { bob: 'dog', ann: 'cat' };
  gate = undefined;
  thrown = undefined;
});

async function change(name: string, avatar: string): Promise<string> {
  avatars[name] = avatar;
  await gate?.pass();
  if (thrown !== undefined) throw thrown;
  return name;
}

class Profiles {
  readonly calls: string[] = [];

  @InvalidatesCache(({ args }) => ({ paths: `/users/${args[0]}`, tags: ['users'] }))
  async change(name: string, avatar: string): Promise<string> {
    this.calls.push(name);
    return change(name, avatar);
  }

  @InvalidatesCache(({ result }) => `/users/${result.name}`)
  async changeFirst(avatar: string): Promise<{ name: string }> {
    await change('bob', avatar);
    return { name: 'bob' };
  }

  @InvalidatesCache('/users/bob')
  @InvalidatesCache({ tags: ['users'] })
  static async changeBob(avatar: string): Promise<string> {
    return change('bob', avatar);
  }

  @InvalidatesCache('/users/bob')
  changeAtOnce(avatar: string): string {
    avatars.bob = avatar;
    if (thrown !== undefined) throw thrown;
    return avatar;
  }
}

class SomeProfiles extends Profiles {}

const profiles = new Profiles();

/** Each way to change the avatar of bob from a service. */
const WAYS: Readonly<Record<string, (avatar: string) => Promise<unknown>>> = {
  'a method of a service': avatar => profiles.change('bob', avatar),
  'an inherited method': avatar => new SomeProfiles().change('bob', avatar),
  'a static method': avatar => Profiles.changeBob(avatar),
  'a method with a target by its result': avatar => profiles.changeFirst(avatar),
  'cache.changing': avatar => cache.changing('/users/bob', () => change('bob', avatar)),
  'cache.changing with a target by its result': avatar =>
    cache.changing(
      ({ result }: { result: string | undefined }) => `/users/${result!.toLowerCase()}`,
      () => change('bob', avatar),
    ),
  'cache.changing by tag': avatar => cache.changing({ tags: ['user:bob'] }, () => change('bob', avatar)),
};

@JsonController('/users')
class Users {
  @Get('/:name')
  @Cached({ tags: (user: { name: string }) => [`user:${user.name}`] })
  async user(@Param('name') name: string): Promise<{ name: string; avatar: string | undefined }> {
    return Promise.resolve({ name, avatar: avatars[name] });
  }

  @Put('/:name/nothing')
  @InvalidatesCache('/users/nobody')
  async outer(@Param('name') name: string): Promise<string> {
    await profiles.change(name, 'fox').catch(() => undefined);
    await outerGate?.pass();
    if (outerError !== undefined) throw outerError;
    return 'done';
  }

  @Put('/:name/parallel')
  @InvalidatesCache('/users/nobody')
  async parallel(): Promise<string> {
    await Promise.all([
      profiles.change('bob', 'fox'),
      cache.changing('/users/ann', () => change('ann', 'fox')),
      cache.changing('/users/cid', () => change('cid', 'fox')),
    ]);
    await outerGate?.pass();
    // The commit of the outer transaction.
    avatars = { bob: 'owl', ann: 'owl' };
    return 'done';
  }
}

let outerGate: Gate | undefined;
let outerError: Error | undefined;

describeEveryStore('a change from anywhere', store => {
  let server: TestServer;
  let faults: CacheFault[];

  beforeEach(async () => {
    outerGate = undefined;
    outerError = undefined;
    faults = store().configure();
    server = await TestServer.ofControllers([Users]);
  });

  async function stored(name = 'bob'): Promise<void> {
    const before = cache.stats().stores;
    await server.get(`/users/${name}`);
    await until(() => cache.stats().stores > before);
    expect((await server.get(`/users/${name}`)).outcome).toBe('hit');
  }

  describe.each(Object.keys(WAYS))('by %s', way => {
    const by = (avatar: string): Promise<unknown> => WAYS[way]!(avatar);

    it('invalidates', async () => {
      await stored();
      await by('fox');
      expect((await server.get('/users/bob')).text).toContain('fox');
      await until(() => cache.stats().stores === 2);
      expect((await server.get('/users/bob')).outcome).toBe('hit');
      expect(faults).toEqual([]);
    });

    it('prevents the storage of a response that was computed during it', async () => {
      gate = new Gate();
      const changed = by('fox');
      const resume = await gate.next();
      avatars.bob = 'dog';
      await server.get('/users/bob');
      avatars.bob = 'fox';
      resume();
      await changed;
      expect((await server.get('/users/bob')).text).toContain('fox');
    });

    it('invalidates after an error', async () => {
      await stored();
      thrown = new Error('half of it');
      await expect(by('fox')).rejects.toThrow('half of it');
      expect((await server.get('/users/bob')).text).toContain('fox');
    });
  });

  it('invalidates nothing after an HttpError below 500', async () => {
    await stored();
    thrown = new BadRequestError('no');
    await expect(profiles.change('bob', 'fox')).rejects.toThrow('no');
    await expect(cache.changing('/users/bob', () => change('bob', 'fox'))).rejects.toThrow('no');
    // Without an atomic comparison, the end of a declaration invalidates.
    expect((await server.get('/users/bob')).outcome).toBe(store().hasAtomicCas ? 'hit' : 'fwd=miss');
  });

  it('has the result, the arguments and the object of the method', async () => {
    const own = new SomeProfiles();
    expect(await own.change('ann', 'fox')).toBe('ann');
    expect(own.calls).toEqual(['ann']);
    expect(await cache.changing('/', () => 5)).toBe(5);
    const { name, length } = Object.getOwnPropertyDescriptor(Profiles.prototype, 'change')!.value as {
      name: string;
      length: number;
    };
    expect({ name, length }).toEqual({ name: 'change', length: 2 });
  });

  it('is named in events', async () => {
    const events = recordEvents('invalidated');
    await profiles.change('bob', 'fox');
    await cache.changing('/users/ann', () => change('ann', 'fox'));
    expect(events.map(({ by, prefixes, tags }) => ({ by, prefixes, tags }))).toEqual([
      { by: 'Profiles.change', prefixes: ['/users/bob'], tags: ['users'] },
      { by: 'cache.changing', prefixes: ['/users/ann'], tags: [] },
    ]);
  });

  it('of a synchronous method works where the store answers at once, and is refused elsewhere', async () => {
    await stored();
    if (store().isAway) {
      expect(() => profiles.changeAtOnce('fox')).toThrow(/^CACHE_USAGE_INVALID: Profiles\.changeAtOnce: .* Declare it async\.$/);
      expect(avatars.bob).toBe('dog');
      return;
    }
    expect(profiles.changeAtOnce('fox')).toBe('fox');
    expect((await server.get('/users/bob')).text).toContain('fox');
    await until(() => cache.stats().stores === 2);
    thrown = new Error('half of it');
    expect(() => profiles.changeAtOnce('owl')).toThrow('half of it');
    expect((await server.get('/users/bob')).text).toContain('owl');
  });

  it('within a change lasts until the outermost one ends', async () => {
    await stored();
    outerGate = new Gate();
    const changed = server.put('/users/bob/parallel');
    const resume = await outerGate.next();
    // Before the commit of the outer transaction.
    avatars.bob = 'dog';
    await server.get('/users/bob');
    await server.get('/users/ann');
    resume();
    expect((await changed).status).toBe(200);
    expect((await server.get('/users/bob')).text).toContain('owl');
    expect((await server.get('/users/ann')).text).toContain('owl');
  });

  it.each([
    ['fails and the outer survives', undefined],
    ['fails, and the outer rejects its request', new BadRequestError('no')],
  ])('within a change invalidates also if it %s', async (_, error) => {
    await stored();
    thrown = new BadRequestError('rolled back');
    outerError = error;
    expect((await server.put('/users/bob/nothing')).status).toBe(error === undefined ? 200 : 400);
    expect((await server.get('/users/bob')).text).toContain('fox');
  });

  it('within cache.changing lasts until that ends', async () => {
    await stored();
    await cache.changing('/nothing', async () => {
      await Promise.all([profiles.change('bob', 'fox'), profiles.change('ann', 'fox')]);
      avatars.bob = 'dog';
      await server.get('/users/bob');
      avatars.bob = 'owl';
    });
    expect((await server.get('/users/bob')).text).toContain('owl');
  });

  it('after the end of the change that began it is a change of its own', async () => {
    await stored();
    let later: Promise<unknown> | undefined;
    const ended = new Gate();
    await cache.changing('/nothing', () => {
      later = ended.pass().then(() => profiles.change('bob', 'fox'));
    });
    (await ended.next())();
    await later;
    expect((await server.get('/users/bob')).text).toContain('fox');
  });
});

const REFUSED: readonly (readonly [target: unknown, work: unknown, options: unknown, message: string])[] = [
  ['users', () => 1, undefined, "does not begin with a slash. Write '/users'."],
  ['/users/:name', () => 1, undefined, 'has :name'],
  [{ paths: '/a', tag: 'b' }, () => 1, undefined, 'is no target'],
  [[], () => 1, undefined, 'names no path and no tag'],
  ['/users', 5, undefined, 'the work must be a function, got 5'],
  ['/users', () => 1, { settle: -1 }, 'settle must be a number of seconds from 0 to 3600, got -1'],
  ['/users', () => 1, { setle: 1 }, 'there is no option setle'],
  ['/users', () => 1, [], 'options must be an object'],
];

describe('cache.changing', () => {
  it.each(REFUSED)('refuses %p, %p, %p before the work', async (target, work, options, message) => {
    const run = typeof work === 'function' ? jest.fn(work as () => number) : work;
    const refused = cache.changing(target as string, run as () => number, options as { settle: number });
    await expect(refused).rejects.toThrow(CacheUsageError);
    await expect(refused).rejects.toThrow(message);
    if (typeof run === 'function') expect(run).not.toHaveBeenCalled();
  });

  it('invalidates everything if a target function fails or gives no whole path', async () => {
    const faults: CacheFault[] = [];
    cache.configure({ onError: fault => faults.push(fault) });
    const events = recordEvents('invalidated');
    await cache.changing(
      () => 'users',
      () => 1,
    );
    expect(events).toMatchObject([{ prefixes: ['/'] }]);
    expect(faults).toMatchObject([{ code: 'CACHE_TARGET_FAILED' }]);
  });
});

describe('@InvalidatesCache on a method of a service', () => {
  it('refuses an impossible target before the method runs', () => {
    const run = jest.fn();
    class Wrong {
      @InvalidatesCache()
      async nothing(): Promise<void> {
        run();
        return Promise.resolve();
      }

      @InvalidatesCache('/users/:name')
      async named(): Promise<void> {
        run();
        return Promise.resolve();
      }
    }
    expect(() => new Wrong().nothing()).toThrow('Wrong.nothing: @InvalidatesCache() has no target');
    expect(() => new Wrong().named()).toThrow("Wrong.named: @InvalidatesCache('/users/:name') has :name");
    expect(run).not.toHaveBeenCalled();
  });

  it('refuses a generator', () => {
    expect(() => {
      class Wrong {
        @InvalidatesCache('/users')
        *change(): Generator<number> {
          yield 1;
        }
      }
      return Wrong;
    }).toThrow('Wrong.change: @InvalidatesCache does not support a generator');
  });
});
