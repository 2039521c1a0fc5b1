/** The milliseconds by which the clock of this process is ahead. The clock changes before the cache loads. */
const aheadMs = Number(process.env.TORTURE_CLOCK_AHEAD_MS ?? 0);

if (aheadMs !== 0) {
  const now = Date.now.bind(Date);
  Date.now = () => now() + aheadMs;
}
