// Runs every check in order and ends with their sum. It imports built-ins of Node only, because a check installs the dependencies.
import { setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { checkBundles } from './bundles.mjs';
import { checkConformance } from './conformance.mjs';
import { checkConsumers } from './consumers.mjs';
import { checkDemo } from './demo.mjs';
import { checkDocs } from './docs.mjs';
import { checkGettingStarted } from './getting-started.mjs';
import { checkLocks } from './locks.mjs';
import { checkMatrix } from './matrix.mjs';
import { checkMemory } from './memory.mjs';
import { checkPackage } from './package.mjs';
import { endAll } from './program.mjs';
import { checkSpecs } from './specs.mjs';
import { CheckReport } from './check-report.mjs';
import { checkTorture } from './torture.mjs';

const MINUTE = 60_000;

const [scratch] = process.argv.slice(2);
if (scratch === undefined) throw new Error('Run this with bash .ci/run, which makes and removes the folder that it works in.');
const root = fileURLToPath(new URL('..', import.meta.url));

const report = new CheckReport('all checks ran to their end');
process.on('exit', () => {
  endAll();
  report.close();
});

const interrupt = why => {
  report.fail('all checks ran to their end', why);
  process.exit();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(`Ended by ${signal}.`));
setTimeout(() => interrupt('The checks took more than 60 minutes.'), 60 * MINUTE).unref();

await checkLocks(report, root);
await checkSpecs(report, root, scratch);
const tarball = await checkPackage(report, root, scratch);
await checkConsumers(report, root, scratch, tarball);
await checkMatrix(report, root, scratch, tarball, { isFull: false });
await checkGettingStarted(report, root, scratch, tarball);
await checkBundles(report, root, scratch, tarball);
await checkDemo(report, root, scratch);
await checkDocs(report, root, scratch, tarball);
await checkMemory(report, root);
await checkConformance(report, root);
await checkTorture(report, root);
report.isComplete = true;
process.exit();
