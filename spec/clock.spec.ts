import 'reflect-metadata';
import { Get, JsonController } from 'routing-controllers';
import { SteadyClock, systemClock } from '../lib/clock.js';
import { cache, Cached } from '../lib/index.js';
import { startAfresh } from './support/each.js';
import { TestServer } from './support/server.js';

startAfresh();

const HOUR_MS = 60 * 60 * 1000;

/** Sets the clocks of the machine: the one that people set, and the one that only runs. */
function setClocks(): { setMs: number; runMs: number } {
  const clocks = { setMs: Date.UTC(2026, 0, 1), runMs: 0 };
  jest.spyOn(systemClock, 'now').mockImplementation(() => clocks.setMs + clocks.runMs);
  jest.spyOn(performance, 'now').mockImplementation(() => clocks.runMs);
  return clocks;
}

describe('a steady clock', () => {
  it('goes on as before when the clock of the machine is set back', () => {
    const clocks = setClocks();
    const clock = new SteadyClock();
    const before = clock.now();
    clocks.setMs -= HOUR_MS;
    clocks.runMs += 1000;
    expect(clock.now() - before).toBe(1000);
  });

  it('follows the clock of the machine when that is set forward', () => {
    const clocks = setClocks();
    const clock = new SteadyClock();
    const before = clock.now();
    clocks.setMs += HOUR_MS;
    expect(clock.now() - before).toBe(HOUR_MS);
  });
});

describe('in the simple store, when the clock of the machine is set back an hour', () => {
  let runs = 0;

  @JsonController('/clock')
  class ClockController {
    @Get('/')
    @Cached({ timeout: 60 })
    runs() {
      return { runs: ++runs };
    }
  }

  it('a response expires at its time', async () => {
    const clocks = setClocks();
    const server = await TestServer.ofControllers([ClockController]);
    await server.get('/clock');
    clocks.setMs -= HOUR_MS;
    clocks.runMs += 59_000;
    expect((await server.get('/clock')).outcome).toBe('hit');
    clocks.runMs += 2000;
    expect((await server.get('/clock')).outcome).toBe('fwd=miss');
  });

  it('a value expires at its time', async () => {
    const clocks = setClocks();
    await cache.set('key', 'value', 60);
    clocks.setMs -= HOUR_MS;
    clocks.runMs += 59_000;
    expect(await cache.get('key')).toBe('value');
    clocks.runMs += 2000;
    expect(await cache.get('key')).toBeUndefined();
  });
});
