import { AsyncLocalStorage } from 'node:async_hooks';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached, Memoized, type CacheFault } from '../../lib/index.js';
import { CollectedTags } from '../../lib/runtime/collected-tags.js';
import { Computation, Computations } from '../../lib/runtime/computation.js';
import { resultTag } from '../../lib/runtime/dependency-tags.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { TestServer } from '../support/server.js';

startAfresh();
afterEach(unsubscribeAll);

let version: number;
let gate: Gate | undefined;
let failsToTag: boolean;

beforeEach(() => {
  version = 1;
  gate = undefined;
  failsToTag = false;
});

class Numbers {
  @Memoized()
  async square(of: number): Promise<string> {
    return Promise.resolve(`${of * of} v${version}`);
  }

  @Memoized()
  async sumTo(last: number): Promise<number> {
    return last === 0 ? version : last + (await this.sumTo(last - 1));
  }

  @Memoized()
  async itself(depth: number[]): Promise<number> {
    depth[0]!--;
    return depth[0]! > 0 ? this.again(depth) : version;
  }

  @Memoized({ makeCacheKey: () => 'one' })
  async again(depth: number[]): Promise<number> {
    depth[0]!--;
    return depth[0]! <= 0 ? Promise.resolve(version) : this.again(depth);
  }

  @Memoized({ tags: () => (failsToTag ? (undefined as unknown as string[]) : ['number']) })
  async tagged(): Promise<number> {
    return Promise.resolve(version);
  }

  @Memoized({ tags: (result: number | null) => [`number:${result!.toFixed()}`], responseFilter: result => result !== null })
  async maybe(): Promise<number | null> {
    return Promise.resolve(null);
  }

  @Memoized()
  async failing(): Promise<number> {
    return Promise.reject(new Error(`no number in version ${version}`));
  }
}

const numbers = new Numbers();

@JsonController()
class Pages {
  @Get('/squares/:count')
  @Cached()
  squares(@Param('count') count: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => numbers.square(index)));
  }

  @Get('/tags/:count')
  @Cached()
  tags(@Param('count') count: number): string {
    for (let index = 0; index < count; index++) cache.tag(`tag ${index}`);
    return `version ${version}`;
  }

  @Get('/tagged')
  @Cached()
  async tagged(): Promise<string> {
    return `number ${await numbers.tagged()}`;
  }

  @Get('/maybe')
  @Cached()
  async maybe(): Promise<string> {
    return `number ${await numbers.maybe()}`;
  }

  @Get('/failing')
  @Cached()
  async failing(): Promise<string> {
    return numbers.failing().then(String, (error: unknown) => (error as Error).message);
  }

  @Get('/late')
  @Cached()
  async late(): Promise<string> {
    setImmediate(() => {
      cache.tag('too late');
    });
    await gate?.pass();
    return `version ${version}`;
  }
}

describeEveryStore('the dependencies of a computation', store => {
  let server: TestServer;
  let faults: CacheFault[];

  beforeEach(async () => {
    faults = store().configure();
    server = await TestServer.ofControllers([Pages]);
  });

  const count = (code: string): number => faults.filter(fault => fault.code === code).length;

  it('are exact up to a hundred results', async () => {
    await server.get('/squares/100');
    await until(() => cache.stats().stores === 1);
    await cache.invalidateMemoized(Numbers, 'square', [1000]);
    expect((await server.get('/squares/100')).outcome).toBe('hit');
    version = 2;
    await cache.invalidateMemoized(Numbers, 'square', [99]);
    expect((await server.get('/squares/100')).text).toContain('9801 v2');
    expect(count('CACHE_DEPENDENCIES_MANY')).toBe(0);
  });

  it('of more results are their methods, which is reported once', async () => {
    await server.get('/squares/101');
    await until(() => cache.stats().stores === 1);
    expect((await server.get('/squares/101')).outcome).toBe('hit');
    version = 2;
    await cache.invalidateMemoized(Numbers, 'square', [1000]);
    expect((await server.get('/squares/101')).outcome).toBe('fwd=miss');
    await server.get('/squares/102');
    expect(count('CACHE_DEPENDENCIES_MANY')).toBe(1);
  });

  it('pass through a recursion of any depth', async () => {
    expect(await numbers.sumTo(150)).toBe(11_326);
    version = 2;
    await cache.invalidateMemoized(Numbers, 'sumTo', [0]);
    expect(await numbers.sumTo(150)).toBe(11_327);
  });

  it('may form a cycle: no call waits for itself', async () => {
    expect(await numbers.again([3])).toBe(1);
    expect(await numbers.itself([4])).toBe(1);
  });

  it('of more than a thousand tags prevent the storage', async () => {
    const outcomes = recordEvents('outcome');
    await server.get('/tags/1001');
    await until(() => outcomes.some(({ reason }) => reason === 'not stored: it has more than 1000 tags'));
    expect((await server.get('/tags/1000')).text).toContain('version 1');
    await until(() => cache.stats().stores === 1);
    expect((await server.get('/tags/1000')).outcome).toBe('hit');
  });

  it('are unknown if the tags of a result could not be computed: the response is not stored', async () => {
    failsToTag = true;
    await server.get('/tagged');
    failsToTag = false;
    version = 2;
    expect((await server.get('/tagged')).text).toContain('number 2');
    expect(count('CACHE_OPTION_FAILED')).toBe(1);
  });

  it('are unknown, without a report, if a result that the filter refuses has no tags', async () => {
    const outcomes = recordEvents('outcome');
    await server.get('/maybe');
    await until(() => outcomes.some(({ reason }) => reason === 'not stored: the tags of a memoized result in it are unknown'));
    expect(faults).toEqual([]);
  });

  it('include a call that threw', async () => {
    expect((await server.get('/failing')).text).toContain('version 1');
    await until(() => cache.stats().stores === 1);
    expect((await server.get('/failing')).outcome).toBe('hit');
    version = 2;
    await cache.invalidateMemoized(Numbers, 'failing');
    expect((await server.get('/failing')).text).toContain('version 2');
  });
});

describe('cache.tag', () => {
  it('does nothing outside a computation', () => {
    expect(() => {
      cache.tag('user:bob');
    }).not.toThrow();
  });

  it.each([[''], [1], [null], [undefined]])('refuses %p, in and out of a computation', tag => {
    expect(() => {
      cache.tag('fine', tag as string);
    }).toThrow(/cache\.tag\(.*for a tag/);
  });

  it('comes too late after the response', async () => {
    const server = await TestServer.ofControllers([Pages]);
    await server.get('/late');
    await new Promise(resolve => setImmediate(resolve));
    await cache.invalidateTags('too late');
    expect((await server.get('/late')).outcome).toBe('hit');
  });
});

describe('a program before its first tag', () => {
  it('creates no AsyncLocalStorage context, and stores responses', () => {
    const enter = jest.spyOn(AsyncLocalStorage.prototype, 'enterWith');
    const computations = new Computations();
    expect(computations.isStarted).toBe(false);
    expect(computations.dependenciesOf(computations.beginUntracked())).toMatchObject({ kind: 'known', tags: [] });
    expect(enter).not.toHaveBeenCalled();
  });

  it('does not store a response whose computation began before the first tag', () => {
    const computations = new Computations();
    const begun = computations.beginUntracked();
    computations.start();
    expect(computations.dependenciesOf(begun)).toMatchObject({ kind: 'unknown' });
  });
});

describe('a computation', () => {
  it('retains no ended computation in memory', () => {
    let last = new Computation(true);
    const [first] = [last];
    for (let round = 0; round < 10; round++) {
      const next = new Computation(true, last);
      last.end();
      last = next;
    }
    last.end();
    expect(first.running).toBeUndefined();
    expect(chainOf(last)).toHaveLength(1);
  });

  it('passes on its collected tags', () => {
    const outer = new Computation(true);
    const inner = new Computation(true, outer);
    inner.add(['a']);
    inner.end();
    inner.running?.add(['b']);
    expect(outer.dependencies()).toMatchObject({ tags: ['a', 'b'] });
  });

  it('collects tags that look like results of a method, in bounds', () => {
    const collected = new CollectedTags();
    const digests = Array.from({ length: 5000 }, (_, index) => String(index).padStart(43, '0'));
    collected.add(digests.map(digest => resultTag('//memoized/Users find', digest)));
    expect([...collected]).toEqual(['//memoized/Users find (*)']);
    expect(collected.isOverflown).toBe(false);
  });
});

function chainOf(computation: Computation): Computation[] {
  const { outer } = computation as unknown as { readonly outer: Computation | undefined };
  return outer === undefined ? [computation] : [computation, ...chainOf(outer)];
}
