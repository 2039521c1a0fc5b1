/**
 * A URL with the values of its query hidden: `/people?token=…&page=…`. Searches and tokens stand there; what the cache asked is seen by the
 * names.
 */
export function maskedUrl(url: string): string {
  const at = url.indexOf('?');
  if (at === -1) return url;
  return `${url.slice(0, at)}?${url
    .slice(at + 1)
    .split('&')
    .map(masked)
    .join('&')}`;
}

/** Without an equals sign it may be a value: nothing is shown of it. */
function masked(parameter: string): string {
  const at = parameter.indexOf('=');
  return at === -1 ? '…' : `${parameter.slice(0, at)}=…`;
}
