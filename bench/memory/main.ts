import { parseArgs } from 'node:util';
import { writeSection } from '../report/section.js';
import { loadJunk } from './junk-load.js';
import { retainedMemoryFailures, retainedMemorySection, measureRetainedMemory } from './retained-memory.js';

/**
 * Measures the memory of the simple store: for each entry of a full store, and in a flood of distinct keys and then of hits. Fails if
 * a bound is exceeded. `npm run bench:memory -- [requests] [--held 100000] [--write]`; `0` requests skip the flood.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { held: { type: 'string', default: '100000' }, write: { type: 'boolean', default: false } },
  });
  const requests = Number(positionals[0] ?? 1_000_000);

  const retained = await measureRetainedMemory(Number(values.held));
  const section = retainedMemorySection(retained);
  console.log(`${section}\n`);
  if (values.write) await writeSection('memory', section);

  const failures = [...retainedMemoryFailures(retained), ...(requests > 0 ? await loadJunk(requests) : [])];
  for (const failure of failures) console.error(`FAIL ${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

void main();
