/** The commands that this library sends, and those by which the package `redis` connects. */
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

/** Whether Redis refuses a command because of the rights of its user, in a script too. */
const REFUSED = /^NOPERM|^ERR The user executing the script can't run this command/;

/** The error of a command; where the user may not run it, with what to grant. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !REFUSED.test(error.message)) return error;
  const rights = NEEDED.map(command => `+${command}`).join(' ');
  return new Error(
    `${error.message}. INFO tells one life of a server from another, and cannot be done without. Grant what the cache needs: ACL SETUSER <user> ${rights} ~<keyPrefix>:*`,
    { cause: error },
  );
}
