import { register as registerOfAll, Registry } from 'prom-client';
import { cache, SimpleStore } from '../../lib/index.js';
import { channels, publish } from '../../lib/events/channels.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { cacheMetrics, type CacheMetricsOptions } from '../../lib/prometheus.js';
import { PagesController, UsersController } from '../events/members-events.js';
import { startAfresh, until } from '../support/each.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { TestServer } from '../support/server.js';

startAfresh();

let register: Registry;
let stop: () => void;

beforeEach(() => {
  register = new Registry();
  stop = cacheMetrics({ register, prefix: 'cache_' });
});
afterEach(() => {
  stop();
  unsubscribeAll();
});

const start = () => TestServer.ofControllers([UsersController, PagesController]);
const FRIENDS = '/users/bob/friends';

/** The values of a metric by their labels, as Prometheus reads them. */
async function read(name: string): Promise<Record<string, number>> {
  const lines = (await register.metrics()).split('\n').filter(line => line.startsWith(`cache_${name}`));
  return Object.fromEntries(
    lines.map(line => {
      const [, labels = '', value] = /^\w+(\{.*\})? (\S+)$/.exec(line)!;
      return [labels, Number(value)];
    }),
  );
}

describe('the metrics of Prometheus', () => {
  it('count requests by action and outcome, stores, and invalidations by call with their removed entries', async () => {
    const server = await start();
    for (const path of [FRIENDS, FRIENDS, '/users/ann/friends', '/pages/cookie']) await server.get(path);
    await server.put('/users/bob/avatar');
    await cache.invalidate('/users');
    expect(await read('requests_total')).toEqual({
      '{action="UsersController.friends",outcome="miss"}': 2,
      '{action="UsersController.friends",outcome="hit"}': 1,
      '{action="PagesController.cookie",outcome="miss"}': 1,
    });
    expect(await read('stores_total')).toEqual({ '{action="UsersController.friends"}': 2 });
    expect(await read('invalidations_total')).toEqual({
      '{by="request",delivered="true"}': 1,
      '{by="cache.invalidate",delivered="true"}': 1,
    });
    expect(await read('removed_entries_total')).toEqual({ '': 2 });
  });

  it('estimate the saving of a hit by the duration of the newest stored response of the action', async () => {
    const stored = recordEvents('stored');
    const server = await start();
    await server.get(FRIENDS);
    await server.get(FRIENDS);
    await server.get('/users/ann/friends');
    await server.get(FRIENDS);
    const seconds = stored.map(({ durationMs }) => durationMs / 1000);
    const action = '{action="UsersController.friends"}';
    expect(seconds).toHaveLength(2);
    expect(await read('saved_seconds_count')).toEqual({ [action]: 2 });
    expect((await read('saved_seconds_sum'))[action]).toBeCloseTo(seconds[0]! + seconds[1]!, 9);
    expect((await read('handler_seconds_sum'))[action]).toBeCloseTo(seconds[0]! + seconds[1]!, 9);
  });

  it('read the size of the store when they are read', async () => {
    expect(await read('entries')).toEqual({ '': 0 });
    const server = await start();
    await server.get(FRIENDS);
    expect(await read('entries')).toEqual({ '': 1 });
    expect(await read('bytes')).toEqual({ '': cache.stats().bytes });
  });

  it('read nothing that would put the cache to use', async () => {
    await register.metrics();
    expect(processCache.current.currentOrUndefined()).toBeUndefined();
  });

  it('count evictions, faults by code, and measure operations by name', async () => {
    const store = new SimpleStore({ maxBytes: 20_000 });
    cache.configure({ store, onError: () => undefined });
    const server = await start();
    for (const bytes of [10_000, 10_001]) await server.get(`/pages/large?bytes=${bytes}`);
    jest.spyOn(store, 'lookup').mockImplementation(() => {
      throw new Error('it is broken');
    });
    await server.get(FRIENDS);
    expect(await read('evictions_total')).toEqual({ '': 1 });
    expect(await read('faults_total')).toEqual({ '{code="CACHE_STORE_FAILED"}': 1 });
    expect(await read('store_operation_seconds_count')).toEqual({
      '{operation="lookup",failed="false"}': 2,
      '{operation="save",failed="false"}': 2,
      '{operation="lookup",failed="true"}': 1,
    });
  });

  it('count verified hits by action and outcome', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    for (let request = 0; request < 3; request++) await server.get(FRIENDS);
    await cache.verifications();
    expect(await read('verifications_total')).toEqual({ '{action="UsersController.friends",outcome="same"}': 2 });
  });

  it('show the state of the circuit breaker', async () => {
    const states = (closed: number, halfOpen: number, open: number) => ({
      '{state="closed"}': closed,
      '{state="half-open"}': halfOpen,
      '{state="open"}': open,
    });
    expect(await read('breaker_state')).toEqual(states(1, 0, 0));
    publish('breaker', { state: 'open' });
    expect(await read('breaker_state')).toEqual(states(0, 0, 1));
    publish('breaker', { state: 'half-open' });
    expect(await read('breaker_state')).toEqual(states(0, 1, 0));
  });

  it('have the same series for any requests and invalidations', async () => {
    const server = await start();
    const ask = async (name: string): Promise<void> => {
      await server.get(`/users/${name}/friends?${name}=1`, { 'x-junk': name });
      await server.get(`/users/${name}/friends`);
      await server.get(`/users/${name}/tagged`);
      await server.put(`/users/${name}/avatar?${name}`);
      await cache.invalidateTags(`user:${name}`);
    };
    const series = async (): Promise<number> =>
      (await register.metrics()).split('\n').filter(line => !line.startsWith('#')).length;
    await ask('ann');
    const before = await series();
    for (const name of ['bob', '%22%7D', '%0Afake_total%201', 'x'.repeat(1000), 'cache.clear', '%F0%9F%92%A9']) await ask(name);
    expect(await series()).toBe(before);
    expect(await register.metrics()).not.toMatch(/ann|bob|fake|xxx/);
  });

  it('end, and may begin again on the same register', async () => {
    stop();
    expect(await register.metrics()).toBe('\n');
    for (const { hasSubscribers } of Object.values(channels)) expect(hasSubscribers).toBe(false);
    stop = cacheMetrics({ register, prefix: 'cache_' });
    const server = await start();
    await server.get(FRIENDS);
    expect(Object.values(await read('requests_total'))).toEqual([1]);
  });

  it('go to the register of all by default', async () => {
    const stopDefault = cacheMetrics();
    expect(await registerOfAll.metrics()).toContain('routing_controllers_cache_requests_total');
    stopDefault();
    expect(await registerOfAll.metrics()).not.toContain('routing_controllers_cache');
  });

  it('refuse options that cannot work, all at once', () => {
    const wrong = { registry: register, prefix: 'shop-cache', register: {} } as unknown as CacheMetricsOptions;
    expect(() => cacheMetrics(wrong)).toThrow(
      /there is no option registry[\s\S]*register must be a Registry[\s\S]*prefix must be the beginning of a metric's name, got "shop-cache"/,
    );
  });
});

it('a miss that is not stored saves nothing, and is not measured', async () => {
  const server = await start();
  await server.get('/pages/cookie');
  await until(() => cache.stats().misses === 1);
  expect(await read('handler_seconds_count')).toEqual({});
  expect(await read('saved_seconds_count')).toEqual({});
});
