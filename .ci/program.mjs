import { spawn } from 'node:child_process';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import { npmCommand } from '../scripts/npm.mjs';
import { CheckFailure } from './check-report.mjs';

const SECOND = 1000;
const running = new Set();

/** A child process and the processes that it starts: one group, which ends as a whole. It gets no input and no colours. */
export class Program {
  /** The output of both streams. */
  output = '';
  /** Resolves to `{ code, signal }` when the process has ended and its output is complete. */
  ended;
  hasEnded = false;
  #child;

  constructor(command, args, { cwd, env = {} }) {
    const plain = { ...process.env, NO_COLOR: '1', ...env };
    delete plain.FORCE_COLOR;
    this.#child = spawn(command, args, {
      cwd,
      env: plain,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', text => (this.output += text));
    }
    running.add(this);
    this.ended = this.#end();
  }

  /** Sends a signal to the process itself, as a supervisor does. */
  signal(name) {
    this.#child.kill(name);
  }

  /** Ends the whole group at once. */
  kill() {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  /** Returns `{ code, signal }`, or fails if the process does not end in time. */
  async endWithin(milliseconds) {
    let timer;
    const late = new Promise(resolve => {
      timer = setTimeout(resolve, milliseconds);
    });
    const end = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (end !== undefined) return end;
    this.kill();
    throw new CheckFailure(`Did not end within ${milliseconds / SECOND} s.`, this.output);
  }

  async #end() {
    const closed = new Promise(resolve => this.#child.once('close', resolve));
    const end = await new Promise(resolve => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', error => {
        this.output += `${error.message}\n`;
        resolve({ code: null, signal: null });
      });
    });
    this.hasEnded = true;
    // A child that still runs would hold the output open.
    this.kill();
    await Promise.race([closed, wait(2 * SECOND, undefined, { ref: false })]);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    running.delete(this);
    return end;
  }
}

/** Ends all programs that still run. */
export function endAll() {
  for (const program of running) program.kill();
}

/** Starts npm. */
export function startNpm(args, options) {
  return new Program(...npmCommand(args), options);
}

/** Runs npm as `run` runs a command. */
export function runNpm(args, options) {
  return run(...npmCommand(args), options);
}

/** Runs a program of a package that a project has installed. */
export function runInstalled(project, program, args, { seconds }) {
  return runNpm(['exec', '--no', '--', program, ...args], { cwd: project, seconds });
}

/** Runs a command to its end and returns its output. Fails unless the command exits with 0. */
export async function run(command, args, { seconds, ...options }) {
  const program = new Program(command, args, options);
  const { code, signal } = await program.endWithin(seconds * SECOND);
  if (code !== 0) throw new CheckFailure(`${command} ${args.join(' ')}: ended with ${signal ?? `code ${code}`}`, program.output);
  return program.output;
}
