import { steadyClock, systemClock } from '../../lib/time/clock.js';

/** Time that stands still until it is moved. */
export interface MovedTime {
  forwardSeconds(seconds: number): void;
}

/** Takes the clocks of the library into the spec's hands, until mocks are restored. */
export function holdTime(): MovedTime {
  let now = Date.UTC(2026, 0, 1);
  for (const clock of [systemClock, steadyClock]) jest.spyOn(clock, 'now').mockImplementation(() => now);
  return {
    forwardSeconds(seconds) {
      now += seconds * 1000;
    },
  };
}

/** The clocks of a process: the time of day, which can be set, and the monotonic one. */
export interface ProcessClocks {
  /** Time passes. */
  pass(seconds: number): void;
  /** Somebody sets the time of day. @param seconds negative: back */
  set(seconds: number): void;
  /** The machine sleeps: the monotonic clock does not count that time. */
  suspend(seconds: number): void;
}

/** Takes the clocks of the process into the spec's hands, until mocks are restored. */
export function holdProcessClocks(): ProcessClocks {
  let wallMs = Date.now();
  let monotonicMs = performance.now();
  jest.spyOn(Date, 'now').mockImplementation(() => wallMs);
  jest.spyOn(performance, 'now').mockImplementation(() => monotonicMs);
  const set = (seconds: number): void => {
    wallMs += seconds * 1000;
  };
  return {
    pass(seconds) {
      set(seconds);
      monotonicMs += seconds * 1000;
    },
    set,
    suspend: set,
  };
}
