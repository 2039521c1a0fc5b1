/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import config from './jest.config';

const SPECS = join(__dirname, 'spec');
/** The modules of `spec` that start servers, browsers or other processes. */
const PROCESSES =
  /from '[^']*\/(stores|breakable|remote|redis-server|memcached-server|redis-cluster|redis-sentinel|redis-driver-suite|tcp-proxy|chromium|demo-process|processes|program-process|leaving-process|stampede-process|torture|installed|installed-page|page-quality)\.js'|from 'node:child_process'/;

/** Specs that take more than ten seconds of processor time each. */
const LONG = [
  'docs/examples.spec.ts',
  'reads/twins.spec.ts',
  'stores/shared/damaged-bytes.spec.ts',
  'testing/describe-store.spec.ts',
];

/** True if a short spec runs in this process alone. `describeEveryStore` leaves its shared stores out if `FAST_SPECS` is set. */
function isFast(file: string): boolean {
  return file.endsWith('.spec.ts') && !LONG.includes(file) && !PROCESSES.test(readFileSync(join(SPECS, file), 'utf8'));
}

process.env.FAST_SPECS = '1';

const fast: Config = {
  ...config,
  testMatch: (readdirSync(SPECS, { recursive: true }) as string[])
    .map(file => file.split(sep).join('/'))
    .filter(isFast)
    .map(file => `**/spec/${file}`),
};

export default fast;
