import { SteadyClock } from '../../lib/time/clock.js';
import { holdProcessClocks, type ProcessClocks } from '../support/time.js';

let clocks: ProcessClocks;
let clock: SteadyClock;
let beganMs: number;

/** Seconds since the clock was made. */
function seconds(): number {
  return Math.round((clock.now() - beganMs) / 100) / 10;
}

afterEach(() => jest.restoreAllMocks());

describe('the clock for lifetimes in memory', () => {
  beforeEach(() => {
    clocks = holdProcessClocks();
    clock = new SteadyClock();
    beganMs = clock.now();
  });

  it('begins with the time of day', () => {
    expect(beganMs).toBe(Date.now());
  });

  it.each([0.1, 0.9, 1, 2, 7200])('counts the time between two readings (%d s)', passed => {
    for (let reading = 1; reading <= 3; reading++) {
      clocks.pass(passed);
      expect(seconds()).toBeCloseTo(reading * passed, 1);
    }
  });

  it.each([0, 0.5, 10, 3602, 7200])(
    'counts on when the time of day is set back an hour (%d s after the last reading)',
    passed => {
      clocks.pass(passed);
      clocks.set(-3600);
      expect(seconds()).toBe(passed);
      clocks.pass(60);
      expect(seconds()).toBe(passed + 60);
    },
  );

  it('counts on within a second when the time of day is set back to the last reading', () => {
    clocks.pass(3600);
    clocks.set(-3600);
    clock.now();
    clocks.pass(1);
    expect(seconds()).toBe(3601);
  });

  it('counts on when the time of day is set back less than the time between two checks', () => {
    for (let step = 1; step <= 10; step++) {
      clocks.pass(0.9);
      clocks.set(-0.5);
      clock.now();
    }
    clocks.pass(1);
    clock.now();
    expect(seconds()).toBeGreaterThanOrEqual(9);
  });

  it('follows a time of day that is set forward: the machine may have slept', () => {
    clocks.suspend(3600);
    expect(seconds()).toBe(3600);
    clocks.pass(60);
    expect(seconds()).toBe(3660);
  });

  it('never goes back, although the time of day is set forward and back', () => {
    clocks.set(3600);
    expect(seconds()).toBe(3600);
    clocks.set(-3600);
    expect(seconds()).toBe(3600);
    clocks.pass(60);
    expect(seconds()).toBe(3660);
  });

  it('does not run ahead of the time of day because of the rounding of both clocks', () => {
    for (let step = 0; step < 1000; step++) {
      clocks.pass(1.0007);
      jest.mocked(Date).now.mockReturnValueOnce(Math.floor(Date.now()));
      clock.now();
    }
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1);
  });

  it('reads the monotonic clock at most once a second', () => {
    const monotonic = jest.spyOn(performance, 'now').mockClear();
    for (let step = 0; step < 100; step++) {
      clocks.pass(0.1);
      clock.now();
    }
    expect(monotonic.mock.calls.length).toBeLessThanOrEqual(10);
  });
});

describe('the clock for lifetimes in memory, in tests with fake timers', () => {
  beforeEach(() => {
    clock = new SteadyClock();
    beganMs = clock.now();
  });

  afterEach(() => jest.useRealTimers());

  it.each([{}, { doNotFake: ['performance' as const] }])('moves when timers are advanced (%j)', options => {
    jest.useFakeTimers({ now: beganMs, ...options });
    jest.advanceTimersByTime(60_000);
    expect(seconds()).toBe(60);
    jest.advanceTimersByTime(500);
    expect(seconds()).toBe(60.5);
  });

  it('moves when the time of day is set forward', () => {
    jest.useFakeTimers({ now: beganMs });
    jest.setSystemTime(beganMs + 3_600_000);
    expect(seconds()).toBe(3600);
  });

  it('counts on from where it is when the timers are real again', () => {
    jest.useFakeTimers({ now: beganMs + 3_600_000 });
    expect(seconds()).toBe(3600);
    jest.useRealTimers();
    expect(seconds()).toBeGreaterThanOrEqual(3600);
  });
});
