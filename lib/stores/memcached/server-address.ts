/** Whether it is `host:port`. */
export function isServerAddress(value: unknown): boolean {
  const port = typeof value === 'string' ? /^[^\s:/@]+:(\d{1,5})$/.exec(value)?.[1] : undefined;
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536;
}
