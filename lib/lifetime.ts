/** Seconds that a timeout means: 0 is without end, as in Flask-Caching. */
export function lifetimeOf(timeout: number): number {
  return timeout === 0 ? Infinity : timeout;
}
