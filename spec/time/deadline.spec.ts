import { stat } from 'node:fs/promises';
import { inTime, Patience } from '../../lib/time/deadline.js';

function blockEventLoop(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('a deadline', () => {
  it('does not count the time in which the event loop is blocked', async () => {
    for (let round = 0; round < 5; round++) {
      const outcome = inTime(stat(__filename), 20, 'late');
      blockEventLoop(60);
      expect(await outcome).not.toBe('late');
    }
  });

  it('is over when nothing comes', async () => {
    expect(await inTime(new Promise(() => undefined), 20, 'late')).toBe('late');
    expect(await inTime(new Promise(() => undefined), 0, 'late')).toBe('late');
  });

  it('settles with the first of both, also with an error', async () => {
    expect(await inTime(Promise.resolve('value'), 20, 'late')).toBe('value');
    await expect(inTime(Promise.reject(new Error('gone')), 20, 'late')).rejects.toThrow('gone');
  });
});

describe('patience', () => {
  const never = new Promise<never>(() => undefined);

  it('is used up by several waits together', async () => {
    const patience = new Patience(30);
    expect(await patience.wait(Promise.resolve('value'), 'late')).toBe('value');
    expect(patience.leftMs).toBeGreaterThan(0);
    expect(await patience.wait(never, 'late')).toBe('late');
    expect(patience.leftMs).toBeLessThan(15);
  });

  it('is not used up by a blocked event loop, nor by the time between two waits', async () => {
    const patience = new Patience(1000);
    const wait = patience.wait(new Promise(resolve => setImmediate(resolve)), 'late');
    blockEventLoop(1200);
    await wait;
    expect(patience.leftMs).toBeGreaterThanOrEqual(700);
    blockEventLoop(1200);
    expect(await patience.wait(Promise.resolve('value'), 'late')).toBe('value');
    expect(patience.leftMs).toBeGreaterThanOrEqual(600);
  });
});
