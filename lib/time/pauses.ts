import { setTimeout as wait } from 'node:timers/promises';

/** The pauses of work in the background. They do not keep the process alive. A test can replace them. */
export const pauses = {
  /** @param ms milliseconds */
  async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { ref: false });
  },
};
