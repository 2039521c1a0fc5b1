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
    `${error.message}. INFO tells one life of a server from another, and cannot be done without. Grant what the cache needs: ACL SETUSER <user> ${rights} ~<keyPrefix>:*`,
    { cause: error },
  );
}
