/** Parts that a deadline is counted in: the event loop polls at least so often before the deadline is over. */
const SLICES = 10;

/**
 * Calls back when `timeoutMs` have passed in which the event loop could run. A slice counts as its own length, however late its timer
 * fires, so a blocked event loop or a stopped process uses up one slice at most. After the last slice the loop polls once more, so that
 * an answer that has arrived is seen first.
 *
 * @param keepsProcess whether the process stays for the deadline. Default true
 * @returns a function that cancels the deadline, and returns the milliseconds of the slices that have begun
 */
export function startDeadline(timeoutMs: number, onDeadline: () => void, keepsProcess = true): () => number {
  const sliceMs = Math.max(1, Math.ceil(timeoutMs / SLICES));
  let leftMs = timeoutMs;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const next = (): void => {
    if (leftMs <= 0) {
      immediate = setImmediate(onDeadline);
      if (!keepsProcess) immediate.unref();
      return;
    }
    const ms = Math.min(sliceMs, leftMs);
    leftMs -= ms;
    timer = setTimeout(next, ms);
    if (!keepsProcess) timer.unref();
  };
  next();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
    return timeoutMs - leftMs;
  };
}

/**
 * Waits for a promise.
 *
 * @param keepsProcess whether the process stays for the deadline. Default true
 * @returns what the promise gives, or `late` if the deadline is over first
 */
export async function inTime<T, const Late>(
  awaited: Promise<T>,
  timeoutMs: number,
  late: Late,
  keepsProcess = true,
): Promise<T | Late> {
  return race(awaited, timeoutMs, late, keepsProcess, () => undefined);
}

/** The time that several waits, one after the other, may take together. */
export class Patience {
  constructor(private ms: number) {}

  /** Milliseconds that are left. */
  get leftMs(): number {
    return this.ms;
  }

  /** Waits for a promise, and does not hold the process. @returns `late` if no time is left before the promise settles */
  async wait<T, const Late>(awaited: Promise<T>, late: Late): Promise<T | Late> {
    const beganMs = performance.now();
    return race(awaited, this.ms, late, false, begunMs => {
      // A blocked event loop uses up one slice at most.
      this.ms -= Math.min(performance.now() - beganMs, begunMs);
    });
  }
}

/** @param onEnd gets the milliseconds of the slices that have begun */
async function race<T, const Late>(
  awaited: Promise<T>,
  timeoutMs: number,
  late: Late,
  keepsProcess: boolean,
  onEnd: (begunMs: number) => void,
): Promise<T | Late> {
  let cancel: (() => number) | undefined;
  const deadline = new Promise<Late>(resolve => {
    const onDeadline = (): void => {
      resolve(late);
    };
    cancel = startDeadline(timeoutMs, onDeadline, keepsProcess);
  });
  try {
    return await Promise.race([awaited, deadline]);
  } finally {
    onEnd(cancel?.() ?? 0);
  }
}
