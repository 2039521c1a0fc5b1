/** The URL of a Redis at a socket of this machine: `unix:///run/redis.sock?db=1`, with user and password before the path. */
const SOCKET = /^unix:\/\/(?:(?<username>[^:@/]*):(?<password>[^@/]*)@)?(?<path>\/[^?#]+)(?:\?db=(?<database>\d+))?$/;

/** The connection options of the package `redis`. */
export type RedisPlace =
  | { readonly url: string }
  | {
      readonly socket: { readonly path: string };
      readonly username?: string | undefined;
      readonly password?: string | undefined;
      readonly database?: number | undefined;
    };

/** Returns true if the text is a URL of a Redis in a supported form. */
export function isRedisUrl(value: unknown): value is string {
  return isUrl(value) && databaseMistake(value) === undefined;
}

/** Describes the mistake in the URL of a Redis. @returns undefined if the URL is valid */
export function redisUrlMistake(value: unknown, shown: string, example: string): string | undefined {
  if (!isUrl(value)) return `url must be a redis:// or rediss:// URL, got ${shown}. Write ${example}.`;
  const path = databaseMistake(value);
  return path && `url has ${path} where the number of a database belongs, got ${shown}. Write redis://127.0.0.1:6379/0.`;
}

/** Returns the connection options of a URL. */
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
    // A percent sign that does not begin an escape.
    return false;
  }
}
