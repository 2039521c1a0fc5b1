import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ready } from './readiness.js';

const ROOT = join(__dirname, '..');

/** A program that starts the demo as the shell of `npm run demo` does, and forwards no signal. */
const SHELL = "require('node:child_process').spawn(process.execPath, ['scripts/start-demo.mjs'], { stdio: 'inherit' })";

const started = new Set<ChildProcess>();
const shells = new Set<ChildProcess>();

/** A response of a demo, with the outcome of its cache. */
export interface DemoAnswer {
  readonly status: number;
  readonly outcome: string | null;
  readonly text: string;
}

/** A process of the demo, started as a visitor starts it. */
export class DemoProcess {
  /** The text of both outputs of the process. */
  output = '';

  private constructor(readonly child: ChildProcess) {
    for (const output of [child.stdout!, child.stderr!]) {
      output.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  /** Compiles the demo. Call this function before all others. */
  static build(): void {
    const compiler = [require.resolve('typescript/bin/tsc'), '-p', 'demo/tsconfig.json'];
    const { status, stdout } = spawnSync(process.execPath, compiler, { cwd: ROOT });
    if (status !== 0) throw new Error(stdout.toString());
  }

  /** Starts the demo on a free port, if the environment names no port. */
  static start(env: NodeJS.ProcessEnv, args: readonly string[] = []): DemoProcess {
    const child = spawn(process.execPath, ['demo/dist/demo/main.js', ...args], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.add(child);
    return new DemoProcess(child);
  }

  /** Starts the demo as `npm run demo` does. The process is that of the shell. */
  static startInShell(env: NodeJS.ProcessEnv): DemoProcess {
    const child = spawn(process.execPath, ['-e', SHELL], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    shells.add(child);
    return new DemoProcess(child);
  }

  static killAll(): void {
    for (const child of started) child.kill('SIGKILL');
    for (const { pid } of shells) killGroup(pid!);
    shells.clear();
    started.clear();
  }

  get lines(): string[] {
    return this.output.split('\n').filter(line => line !== '');
  }

  async url(): Promise<string> {
    await ready('the demo prints its examples', () => Promise.resolve(this.output.split('\n  curl ').length > 3));
    return /http:\/\/localhost:\d+/.exec(this.output)![0];
  }

  async get(route: string): Promise<DemoAnswer> {
    return answerOf(await fetch((await this.url()) + route));
  }

  async putAvatar(username: string, url: string): Promise<DemoAnswer> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ url });
    return answerOf(await fetch(`${await this.url()}/users/${username}/avatar`, { method: 'PUT', headers, body }));
  }

  /** Waits for the end of the process and of its output. @returns the exit code */
  async end(): Promise<number | null> {
    const [code] = (await once(this.child, 'close')) as [number | null];
    return code;
  }
}

/** Kills a process and those that it has started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function answerOf(response: Response): Promise<DemoAnswer> {
  return { status: response.status, outcome: response.headers.get('cache-status'), text: await response.text() };
}
