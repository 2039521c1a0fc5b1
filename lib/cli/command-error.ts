/** The error of a command that cannot run. Its message is for the user, who needs no stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
