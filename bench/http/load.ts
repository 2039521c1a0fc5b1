import type { ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { PEERS } from './folders.js';
import { isInstalled } from './installed.js';
import { LOAD_CORE, spawnPinned } from './pinned.js';

/** What to ask of a server, for how long. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly connections: number;
  /** The first page of those that grow with each request; `undefined`: the URL stays as it is. */
  readonly growsFrom: number | undefined;
}

/** What a load has met. */
export interface Loaded {
  readonly requests: number;
  readonly micros: number;
  /** Microseconds that the middle request took. */
  readonly p50: number;
  /** Microseconds that all but one in a hundred requests stayed under. */
  readonly p99: number;
  /** Requests that failed, or were answered with a status from 400 on. */
  readonly errors: number;
}

const hasWrk = isInstalled('wrk');

/** What makes the load, for the reader of the tables. */
export const loadGenerator = hasWrk ? 'wrk' : 'autocannon';

/** Asks a server as fast as it answers, from the other core. */
export async function load(asked: Load): Promise<Loaded> {
  const child = hasWrk ? wrk(asked) : autocannon(asked);
  const output = await text(child.stdout!);
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`${loadGenerator} told no figures: ${output}`);
  return JSON.parse(line) as Loaded;
}

function wrk({ url, headers, seconds, connections, growsFrom }: Load): ChildProcess {
  const script = join(__dirname, growsFrom === undefined ? 'figures.lua' : 'growing-page.lua');
  const headerArgs = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const lengths = ['-t1', `-c${connections}`, `-d${seconds}s`];
  return start('wrk', [...lengths, '-s', script, ...headerArgs, url, '--', String(growsFrom ?? 0)]);
}

function autocannon(asked: Load): ChildProcess {
  return start(process.execPath, [join(PEERS, 'autocannon-load.mjs'), JSON.stringify(asked)]);
}

function start(command: string, args: readonly string[]): ChildProcess {
  return spawnPinned(LOAD_CORE, command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}
