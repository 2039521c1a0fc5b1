import cluster from 'node:cluster';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { Server } from 'node:net';
import { join, resolve } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CommandError } from './command-line.js';

/** The time that a loaded program has to listen, if its start waits for a database, for example. */
const PATIENCE_MS = 1000;

const ENVIRONMENT = 'Give it the environment that it needs to start.';

/** The call of `process.exit` by the program. It is an error, because the code after the call must not run. */
class ProcessEnd extends Error {
  constructor(readonly code: unknown) {
    super(`The program has ended the process with exit code ${String(code)}.`);
  }
}

/**
 * Loads the module of a program, CommonJS or ESM. No server listens: a call of `listen` has no effect, and ends the loading.
 *
 * The program sees the arguments of a start without this command. Its output goes to the standard error output, which leaves the
 * standard output to the report.
 *
 * @throws CommandError if the module does not exist, throws, or ends the process
 */
export async function loadProgram(module: string): Promise<void> {
  const file = resolved(module);
  process.argv = [process.execPath, file];
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const started = new Promise<void>(done => {
    Server.prototype.listen = function (this: Server) {
      done();
      return this;
    };
    // A worker process would listen.
    const fork = (): EventEmitter => {
      done();
      return new EventEmitter();
    };
    Object.assign(cluster, { fork });
    process.once('beforeExit', done);
  });
  const ended = new Promise<ProcessEnd>(done => {
    process.exit = (code?: unknown): never => {
      const end = new ProcessEnd(code ?? process.exitCode ?? 0);
      done(end);
      throw end;
    };
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, reportError);
  await Promise.race([evaluated(module, file, ended), started]);
  await Promise.race([started, ended, setTimeout(PATIENCE_MS, undefined, { ref: false })]);
  // One turn, for servers that the program creates in the same step.
  await setImmediate();
}

/** @throws CommandError if there is no such module */
function resolved(module: string): string {
  const path = resolve(module);
  try {
    return createRequire(join(path, '..', 'importer.js')).resolve(path);
  } catch {
    throw new CommandError(`There is no module ${path}. Build the program, and write the path of its JavaScript: dist/app.js.`);
  }
}

/** @throws CommandError if the module throws, or ends the process, before it is evaluated */
async function evaluated(module: string, file: string, ended: Promise<ProcessEnd>): Promise<void> {
  const refuse = (end: ProcessEnd): never => {
    throw end;
  };
  try {
    await Promise.race([import(pathToFileURL(file).href), ended.then(refuse)]);
  } catch (error) {
    throw new CommandError(`${module} could not be loaded. ${ENVIRONMENT}\n\n${textOf(error)}`);
  }
}

function reportError(error: unknown): void {
  process.stderr.write(`${textOf(error)}\n`);
}

function textOf(error: unknown): string {
  if (error instanceof ProcessEnd) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
