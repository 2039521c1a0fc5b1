/** Returns milliseconds of a clock that never goes back. All processes of one machine share this clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
