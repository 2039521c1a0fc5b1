import { systemClock } from '../../lib/clock.js';

/** Time that stands still until it is moved. */
export interface MovedTime {
  forwardSeconds(seconds: number): void;
}

/** Takes the system's clock into the spec's hands, until mocks are restored. */
export function holdTime(): MovedTime {
  let now = Date.UTC(2026, 0, 1);
  jest.spyOn(systemClock, 'now').mockImplementation(() => now);
  return {
    forwardSeconds(seconds) {
      now += seconds * 1000;
    },
  };
}
