import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Counters, LeftOut, Running } from './contender.js';
import { CONTENDERS } from './folders.js';
import { SERVER_CORE, spawnPinned } from './pinned.js';
import { stopProcess } from './stop-process.js';

/** The start options of a contender that runs in Node. */
export interface NodeProgram {
  /** The file in `bench/contenders`. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly core?: number;
  readonly body: string;
}

type Message =
  | { readonly kind: 'listening'; readonly port: number }
  | ({ readonly kind: 'counters' } & Counters)
  | LeftOut
  | { readonly kind: 'ended' };

/** Starts the program, and communicates with it over Node's channel between processes. */
export async function startNodeProgram(program: NodeProgram): Promise<Running | LeftOut> {
  const { file, args = [], environment, core = SERVER_CORE, body } = program;
  const child = spawnPinned(core, process.execPath, [join(CONTENDERS, file), ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', BENCH_BODY: body, ...environment },
  });
  const started = await nextMessage(child);
  switch (started.kind) {
    case 'listening':
      return {
        kind: 'running',
        origin: `http://127.0.0.1:${started.port}`,
        counters: () => countersOf(child, file),
        stop: () => stopProcess(child),
      };
    case 'left-out':
      return started;
    default:
      return { kind: 'left-out', reason: `${file} did not start` };
  }
}

async function countersOf(child: ChildProcess, file: string): Promise<Counters> {
  const answer = nextMessage(child);
  child.send('counters');
  const message = await answer;
  if (message.kind !== 'counters') throw new Error(`${file} ended during the measurement`);
  return message;
}

function nextMessage(child: ChildProcess): Promise<Message> {
  const waiting = new AbortController();
  const { signal } = waiting;
  return Promise.race([
    once(child, 'message', { signal }).then(([message]) => message as Message),
    once(child, 'exit', { signal }).then((): Message => ({ kind: 'ended' })),
  ]).finally(() => {
    waiting.abort();
  });
}
