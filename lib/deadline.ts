/** Parts that a deadline is counted in: the event loop polls at least so often before the deadline is over. */
const SLICES = 10;

/**
 * Calls back when `timeoutMs` have passed in which the event loop could run. A slice counts as its own length, however late its timer
 * fires, so a blocked event loop or a stopped process uses up one slice at most. After the last slice the loop polls once more, so that
 * an answer that has arrived is seen first.
 *
 * @param keepsAlive false: the process may end before the deadline is over. Default true
 * @returns a function that cancels the deadline
 */
export function startDeadline(timeoutMs: number, onDeadline: () => void, keepsAlive = true): () => void {
  const sliceMs = Math.max(1, Math.ceil(timeoutMs / SLICES));
  let leftMs = timeoutMs;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const next = (): void => {
    if (leftMs <= 0) {
      immediate = setImmediate(onDeadline);
      return;
    }
    const ms = Math.min(sliceMs, leftMs);
    leftMs -= ms;
    timer = setTimeout(next, ms);
    if (!keepsAlive) timer.unref();
  };
  next();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

/** Waits for a promise. @returns what the promise gives, or `late` if the deadline is over first */
export async function inTime<T, const Late>(awaited: Promise<T>, timeoutMs: number, late: Late): Promise<T | Late> {
  let cancel: (() => void) | undefined;
  const deadline = new Promise<Late>(resolve => {
    cancel = startDeadline(timeoutMs, () => {
      resolve(late);
    });
  });
  try {
    return await Promise.race([awaited, deadline]);
  } finally {
    cancel?.();
  }
}
