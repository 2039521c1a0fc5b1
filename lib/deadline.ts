/** Parts that a deadline is counted in: the event loop polls at least so often before the deadline is over. */
const SLICES = 10;

/**
 * Calls back when `timeoutMs` have passed in which the event loop could run. A slice counts as its own length, however late its timer
 * fires, so a blocked event loop or a stopped process uses up one slice at most. After the last slice the loop polls once more, so that
 * an answer that has arrived is seen first.
 *
 * @param keepsProcess whether the process stays for the deadline. Default true
 * @returns a function that cancels the deadline
 */
export function startDeadline(timeoutMs: number, onDeadline: () => void, keepsProcess = true): () => void {
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
  let cancel: (() => void) | undefined;
  const deadline = new Promise<Late>(resolve => {
    const onDeadline = (): void => {
      resolve(late);
    };
    cancel = startDeadline(timeoutMs, onDeadline, keepsProcess);
  });
  try {
    return await Promise.race([awaited, deadline]);
  } finally {
    cancel?.();
  }
}
