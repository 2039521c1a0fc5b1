/** A Redis that listens at a socket of this machine: `unix:///run/redis.sock?db=1`, with user and password before the path. */
const SOCKET = /^unix:\/\/(?:(?<username>[^:@/]*):(?<password>[^@/]*)@)?(?<path>\/[^?#]+)(?:\?db=(?<database>\d+))?$/;

/** What the package `redis` connects to. */
export type RedisPlace =
  | { readonly url: string }
  | {
      readonly socket: { readonly path: string };
      readonly username?: string | undefined;
      readonly password?: string | undefined;
      readonly database?: number | undefined;
    };

/** Whether it names a Redis as this library wants it. */
export function isRedisUrl(value: unknown): value is string {
  return isUrl(value) && databaseMistake(value) === undefined;
}

/** What is wrong with the URL of a Redis; `undefined`: nothing. */
export function redisUrlMistake(value: unknown, shown: string, example: string): string | undefined {
  if (!isUrl(value)) return `url must be a redis:// or rediss:// URL, got ${shown}. Write ${example}.`;
  const path = databaseMistake(value);
  return path && `url has ${path} where the number of a database belongs, got ${shown}. Write redis://127.0.0.1:6379/0.`;
}

/** Where a Redis of this URL is. */
export function redisPlace(url: string): RedisPlace {
  const socket = SOCKET.exec(url)?.groups;
  if (socket?.path === undefined) return { url };
  const { path, username, password, database } = socket;
  return {
    socket: { path: decodeURIComponent(path) },
    username: username === undefined || username === '' ? undefined : decodeURIComponent(username),
    password: password === undefined ? undefined : decodeURIComponent(password),
    database: database === undefined ? undefined : Number(database),
  };
}

function isUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !isDecodable(value)) return false;
  return SOCKET.test(value) || (/^rediss?:\/\//.test(value) && URL.canParse(value));
}

function databaseMistake(url: string): string | undefined {
  if (SOCKET.test(url)) return undefined;
  const { pathname } = new URL(url);
  return /^(?:\/\d{0,9})?$/.test(pathname) ? undefined : pathname;
}

/** The package decodes the user and the password. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    // A percent sign that is no escape.
    return false;
  }
}
