/** Whether it names a Redis as the package `redis` wants it. */
export function isRedisUrl(value: unknown): boolean {
  return typeof value === 'string' && /^rediss?:\/\//.test(value) && URL.canParse(value);
}
