// Runs every check in order and ends with their sum. Node built-ins only: the dependencies are installed by the first check.
import { setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { checkBundles } from './bundles.mjs';
import { checkConformance } from './conformance.mjs';
import { checkConsumers } from './consumers.mjs';
import { checkDemo } from './demo.mjs';
import { checkDocs } from './docs.mjs';
import { checkLocks } from './locks.mjs';
import { checkMemory } from './memory.mjs';
import { checkPackage } from './package.mjs';
import { endAll } from './program.mjs';
import { checkSpecs } from './specs.mjs';
import { Tally } from './tally.mjs';
import { checkTorture } from './torture.mjs';

const MINUTE = 60_000;

const [scratch] = process.argv.slice(2);
if (scratch === undefined) throw new Error('Run this with bash .ci/run, which makes and removes the folder that it works in.');
const root = fileURLToPath(new URL('..', import.meta.url));

const tally = new Tally('all checks ran to their end');
process.on('exit', () => {
  endAll();
  tally.close();
});

const interrupt = why => {
  tally.fail('all checks ran to their end', why);
  process.exit();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(`Ended by ${signal}.`));
setTimeout(() => interrupt('They took more than 60 minutes.'), 60 * MINUTE).unref();

await checkLocks(tally, root);
await checkSpecs(tally, root, scratch);
const tarball = await checkPackage(tally, root, scratch);
await checkConsumers(tally, root, scratch, tarball);
await checkBundles(tally, root, scratch, tarball);
await checkDemo(tally, root, scratch);
await checkDocs(tally, root, scratch, tarball);
await checkMemory(tally, root);
await checkConformance(tally, root);
await checkTorture(tally, root);
tally.isComplete = true;
process.exit();
