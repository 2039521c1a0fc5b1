import type { ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { PEERS } from './folders.js';
import { isInstalled } from './installed.js';
import { LOAD_CORE, spawnPinned } from './pinned.js';

/** The requests to a server, and their time. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly connections: number;
  /** The number of the first page, if each request has another page; `undefined` if all requests have the same URL. */
  readonly growsFrom: number | undefined;
}

/** The result of a load. */
export interface Loaded {
  readonly requests: number;
  readonly micros: number;
  /** The median time of a request in microseconds. */
  readonly p50: number;
  /** The 99th percentile of the time of a request in microseconds. */
  readonly p99: number;
  /** Requests that failed, or got a status of 400 or above. */
  readonly errors: number;
}

const hasWrk = isInstalled('wrk');

/** The name of the load generator, for the reader of the tables. */
export const loadGenerator = hasWrk ? 'wrk' : 'autocannon';

/** Sends requests as fast as the server answers, from the other core. */
export async function load(asked: Load): Promise<Loaded> {
  const child = hasWrk ? wrk(asked) : autocannon(asked);
  const output = await text(child.stdout!);
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`${loadGenerator} printed no figures: ${output}`);
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
