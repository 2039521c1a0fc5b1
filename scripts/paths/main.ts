import 'reflect-metadata';
import type * as Library from '../../lib/index.js';
import type * as Redis from '../../lib/redis.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSection } from '../../bench/report/section.js';
import { table } from '../../bench/report/table.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { buildInstrumented } from './instrument.js';
import { runPaths, type RecordedPath } from './run-paths.js';

/** Counts the calls, the files and the changes from file to file of each path. `npm run paths -- [--write]` */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const folder = mkdtempSync(join(tmpdir(), 'paths-'));
  try {
    buildInstrumented(folder);
    const load = createRequire(join(folder, 'package.json'));
    const library = load('./dist/index.js') as typeof Library;
    const { RedisStore } = load('./dist/redis.js') as typeof Redis;
    const paths = [...(await runPaths(library, 'simple', false)), ...(await onRedis(library, RedisStore))];
    const text = table<RecordedPath>(paths, [
      { title: 'path', of: ({ name }) => name },
      { title: 'calls', of: ({ calls }) => String(calls), isFigure: true },
      { title: 'files', of: ({ files }) => String(files), isFigure: true },
      { title: 'changes', of: ({ changes }) => String(changes), isFigure: true },
    ]);
    console.log(text);
    if (values.write) await writeSection('paths', text, 'architecture.md');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onRedis(library: typeof Library, RedisStore: typeof Redis.RedisStore): Promise<RecordedPath[]> {
  const server = await RedisServer.start();
  try {
    return await runPaths(library, new RedisStore({ url: server.url }), true);
  } finally {
    await server.stop();
  }
}

void main();
