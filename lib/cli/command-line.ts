import { parseArgs } from 'node:util';

/** The error of a command that cannot run. Its message is for the user, who needs no stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The command `audit`. */
export interface AuditCommand {
  readonly kind: 'audit';
  /** The path of the module, relative to the working directory. */
  readonly module: string;
  /** True if the report is JSON. */
  readonly isJson: boolean;
}

/** A command of the user. */
export type Command = AuditCommand | { readonly kind: 'help' };

export const HELP = `Usage: routing-controllers-cache audit <module> [--json]

Loads a program without listening, and prints the probable mistakes in its invalidation.

  <module>   the module that starts the server, as JavaScript: dist/app.js
  --json     prints { actions, changes, findings }

Exit codes: 0 without findings, 1 with findings, 2 if the command cannot run.`;

const OPTIONS = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** @throws CommandError with the usage */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  if (values.help === true) return { kind: 'help' };
  const [command, module, ...others] = positionals;
  if (command === undefined) throw usageError('There is no command.');
  if (command !== 'audit') throw usageError(`There is no command "${command}". Write audit.`);
  if (module === undefined) throw usageError('There is no module. Write the one that starts the server: audit dist/app.js.');
  if (others.length > 0) throw usageError(`There is more than one module: ${[module, ...others].join(', ')}. Write one.`);
  return { kind: 'audit', module, isJson: values.json === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function usageError(mistake: string): CommandError {
  return new CommandError(`${mistake}\n\n${HELP}`);
}
