/** The number of slices of a deadline. The event loop polls at least once per slice before the deadline ends. */
const SLICES = 10;

/**
 * Calls `onDeadline` after `timeoutMs` milliseconds in which the event loop could run. A slice counts with its nominal length,
 * even if its timer fires late. So a blocked event loop or a stopped process uses one slice at most. After the last slice the
 * event loop polls once more, so that a result that has already arrived precedes the deadline.
 *
 * @param refsTimer true if the deadline prevents the process from exiting. Default: true
 * @returns a function that cancels the deadline and returns the milliseconds of all slices that have begun
 */
export function startDeadline(timeoutMs: number, onDeadline: () => void, refsTimer = true): () => number {
  const sliceMs = Math.max(1, Math.ceil(timeoutMs / SLICES));
  let leftMs = timeoutMs;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const next = (): void => {
    if (leftMs <= 0) {
      immediate = setImmediate(onDeadline);
      if (!refsTimer) immediate.unref();
      return;
    }
    const ms = Math.min(sliceMs, leftMs);
    leftMs -= ms;
    timer = setTimeout(next, ms);
    if (!refsTimer) timer.unref();
  };
  next();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
    return timeoutMs - leftMs;
  };
}

/**
 * Waits for a promise for `timeoutMs` milliseconds at most.
 *
 * @param refsTimer true if the deadline prevents the process from exiting. Default: true
 * @returns the value of the promise, or `late` if the deadline ends first
 */
export async function inTime<T, const Late>(
  awaited: Promise<T>,
  timeoutMs: number,
  late: Late,
  refsTimer = true,
): Promise<T | Late> {
  return race(awaited, timeoutMs, late, refsTimer, () => undefined);
}

/** A time budget that several consecutive waits share. */
export class Patience {
  constructor(private ms: number) {}

  /** Remaining milliseconds. */
  get leftMs(): number {
    return this.ms;
  }

  /**
   * Waits for a promise. The wait does not prevent the process from exiting.
   *
   * @returns the value of the promise, or `late` if the budget ends first
   */
  async wait<T, const Late>(awaited: Promise<T>, late: Late): Promise<T | Late> {
    const beganMs = performance.now();
    return race(awaited, this.ms, late, false, begunMs => {
      // A blocked event loop uses one slice at most.
      this.ms -= Math.min(performance.now() - beganMs, begunMs);
    });
  }
}

/** @param onEnd receives the milliseconds of all slices that have begun */
async function race<T, const Late>(
  awaited: Promise<T>,
  timeoutMs: number,
  late: Late,
  refsTimer: boolean,
  onEnd: (begunMs: number) => void,
): Promise<T | Late> {
  let cancel: (() => number) | undefined;
  const deadline = new Promise<Late>(resolve => {
    const onDeadline = (): void => {
      resolve(late);
    };
    cancel = startDeadline(timeoutMs, onDeadline, refsTimer);
  });
  try {
    return await Promise.race([awaited, deadline]);
  } finally {
    onEnd(cancel?.() ?? 0);
  }
}
