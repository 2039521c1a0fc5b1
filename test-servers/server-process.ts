import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const GUARD = join(__dirname, 'guard.mjs');

/** A server program that runs during the specs. */
export class ServerProcess {
  private readonly guard: ChildProcess;
  private readonly exit: Promise<unknown>;
  private output = '';

  private constructor(
    private readonly child: ChildProcess,
    temporaryFolder: string | undefined,
  ) {
    const folder = temporaryFolder === undefined ? [] : [temporaryFolder];
    this.guard = spawn(process.execPath, [GUARD, String(child.pid), ...folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.exit = once(child, 'exit').then(() => this.guard.kill('SIGKILL'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-2000)));
    }
  }

  /** @param temporaryFolder a folder that the guard removes if this process ends before */
  static async launch(program: string, args: readonly string[], temporaryFolder?: string): Promise<ServerProcess> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new ServerProcess(child, temporaryFolder);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The end of the output of the program. */
  get lastWords(): string {
    return this.output;
  }

  /** True if each thread of the program has stopped, or if the system does not show the state of threads. */
  async isPaused(): Promise<boolean> {
    const folder = `/proc/${this.child.pid}/task`;
    if (!existsSync(folder)) return true;
    const stats = await Promise.all((await readdir(folder)).map(thread => readFile(join(folder, thread, 'stat'), 'utf8')));
    return stats.every(stat => /\) [Tt] /.test(stat));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
