/** The commands of this library, and the commands by which the package `redis` connects. */
const NEEDED = [
  'info',
  'get',
  'mget',
  'getrange',
  'set',
  'del',
  'pexpire',
  'persist',
  'eval',
  'ping',
  'hello',
  'select',
] as const;

/** Returns true if Redis rejects a command because its user lacks the permission, also inside a script. */
const REFUSED = /^NOPERM|^ERR The user executing the script can't run this command/;

/** Returns the error of a command. If the user lacks the permission, the error names the commands to grant. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !REFUSED.test(error.message)) return error;
  const rights = NEEDED.map(command => `+${command}`).join(' ');
  return new Error(
    `${error.message}. The cache needs INFO to detect a restart of the server. Grant the commands that the cache needs: ACL SETUSER <user> ${rights} ~<keyPrefix>:*`,
    { cause: error },
  );
}

/** Returns true if Redis rejects the password of a connection, or that there is none. */
const UNAUTHENTICATED = /\b(?:WRONGPASS|NOAUTH)\b|^ERR invalid password|^ERR AUTH/;

const TO_CHECK = {
  password: 'Write the right password in the URL: redis://:<password>@<host>:<port>, or redis://<user>:<password>@<host>:<port>.',
  closed: 'The server closed the connection before it was ready. If its port speaks TLS, write rediss:// instead of redis://.',
  silent: 'Check host and port. If the port does not speak TLS, write redis:// instead of rediss://.',
} as const;

/** The problem while the first connection is being established. */
export const NOT_CONNECTED = `the connection to Redis is not ready yet. ${TO_CHECK.silent}`;

/** Returns the error of a connection. The new message adds what to check, where the cause is known. */
export function explainedConnection(error: unknown, wasReady: boolean): unknown {
  if (!(error instanceof Error)) return error;
  const advice = UNAUTHENTICATED.test(error.message) ? TO_CHECK.password : wasReady ? undefined : adviceOf(error);
  return advice === undefined ? error : new Error(`${withStop(error.message)} ${advice}`, { cause: error });
}

/** The message of the package `redis` if the server closes a connection. */
export const CLOSED = 'Socket closed unexpectedly';

/** The packages give these errors no codes of their own. */
function adviceOf({ message }: Error): string | undefined {
  if (message === CLOSED) return TO_CHECK.closed;
  return message === 'Connection timeout' || message === 'connect ETIMEDOUT' ? TO_CHECK.silent : undefined;
}

function withStop(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}
