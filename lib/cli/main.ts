#!/usr/bin/env node
// This import must be first: the later ones may not load on an older Node.
import '../cache/node-version.js';

import type { Audit } from '../audit/audit.js';
import { loadedInstance } from '../cache/process-slot.js';
import { auditText } from './audit-text.js';
import { CommandError, HELP, readCommand, type AuditCommand } from './command-line.js';
import { loadProgram } from './load-program.js';

/** The exit codes: no finding, findings, and a command that could not run. */
const [CLEAN, FOUND, FAILED] = [0, 1, 2] as const;

/** The text that the command prints, and its exit code. */
interface Outcome {
  readonly text: string;
  readonly code: number;
}

async function run(args: readonly string[]): Promise<Outcome> {
  const command = readCommand(args);
  if (command.kind === 'help') return { text: HELP, code: CLEAN };
  await loadProgram(command.module);
  return outcomeOf(auditOf(command), command);
}

function outcomeOf(audit: Audit, { isJson }: AuditCommand): Outcome {
  const text = isJson ? JSON.stringify(audit, undefined, 2) : auditText(audit);
  return { text, code: audit.findings.length === 0 ? CLEAN : FOUND };
}

/** @throws CommandError if the program has not loaded this package, or a version without the audit */
function auditOf({ module }: AuditCommand): Audit {
  const instance = loadedInstance() as { readonly cache: { audit?: () => Audit } } | undefined;
  if (instance === undefined)
    throw new CommandError(
      `${module} does not load routing-controllers-cache. Write the module that starts the server, or one that imports its controllers.`,
    );
  if (instance.cache.audit === undefined)
    throw new CommandError(
      `${module} loads a version of routing-controllers-cache without the audit. Install one version only: npm ls routing-controllers-cache shows them.`,
    );
  return instance.cache.audit();
}

const write = process.stdout.write.bind(process.stdout);
const exit = process.exit.bind(process);

run(process.argv.slice(2)).then(
  ({ text, code }) => {
    // The program may have open connections and timers, so the process does not end alone.
    write(`${text}\n`, () => exit(code));
  },
  (error: unknown) => {
    const text = error instanceof CommandError ? error.message : String((error as Error | undefined)?.stack ?? error);
    process.stderr.write(`${text}\n`, () => exit(FAILED));
  },
);
