import { steadyClock, systemClock } from '../../lib/time/clock.js';

/** A clock that stops until the spec moves it. */
export interface MovedTime {
  forwardSeconds(seconds: number): void;
}

/** Lets the spec control the clocks of the library, until mocks are restored. */
export function holdTime(): MovedTime {
  let now = Date.UTC(2026, 0, 1);
  for (const clock of [systemClock, steadyClock]) jest.spyOn(clock, 'now').mockImplementation(() => now);
  return {
    forwardSeconds(seconds) {
      now += seconds * 1000;
    },
  };
}

/** The clocks of a process: the settable time of day, and the monotonic clock. */
export interface ProcessClocks {
  /** Time passes. */
  pass(seconds: number): void;
  /** Sets the time of day. @param seconds the difference; negative to set the clock back */
  set(seconds: number): void;
  /** Lets the machine sleep. The monotonic clock does not count this time. */
  suspend(seconds: number): void;
}

/** Lets the spec control the clocks of the process, until mocks are restored. */
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
