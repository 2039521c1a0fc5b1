import { parseArgs } from 'node:util';
import { StartError } from './start-error.js';

/** The arguments after `npm run demo --`. */
export interface Arguments {
  readonly help: boolean;
  readonly redis: string | undefined;
  readonly nearCache: boolean;
  /** True if TypeORM reads and changes the users, without one target. */
  readonly typeorm: boolean;
}

const OPTIONS = {
  redis: { type: 'string' },
  'near-cache': { type: 'boolean' },
  typeorm: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const HELP = `Starts the demo: a social graph in SQLite, its slow query cached.

  npm run demo                                        caches in the memory of the process
  npm run demo -- --redis redis://127.0.0.1:6379      caches in Redis, together with all demos that use the same
  npm run demo -- --redis redis://… --near-cache      keeps bodies in the process too, and asks Redis whether they still hold
  npm run demo -- --typeorm                           derives invalidations from TypeORM, without one target

  PORT=3000                            where it listens; 0: any free port
  DEMO_DATABASE=demo/data/users.db     the file of its database, filled at the first start
  DEMO_REDIS=redis://127.0.0.1:6379    the same as --redis`;

/** Reads the arguments. @throws StartError with the wrong argument */
export function readArguments(args: readonly string[]): Arguments {
  // In strict mode, Node would word the errors. The demo words them itself.
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  let redis: string | undefined;
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new StartError(`The demo takes no argument "${token.value}".${remedyFor(token.value)}`);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (name === 'redis') redis = value ?? '';
    else if (!(name in OPTIONS))
      throw new StartError(`There is no option ${rawName}. Options: --redis, --near-cache, --typeorm, --help.`);
    else if (value !== undefined) throw new StartError(`${rawName} takes no value, got "${value}".`);
    else flags.add(name);
  }
  return { help: flags.has('help'), redis, nearCache: flags.has('near-cache'), typeorm: flags.has('typeorm') };
}

function remedyFor(argument: string): string {
  return argument.includes('://') ? ` Write --redis ${argument}` : ' --help lists what it takes.';
}
