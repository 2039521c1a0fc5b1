import { readFileSync } from 'node:fs';

/** The bytes that every contender answers with: JSON, made by the harness in the size that is being measured. */
export const bytes = readFileSync(process.env.BENCH_BODY);

const value = JSON.parse(bytes.toString());

let runs = 0;

/** What every handler does: it is as cheap as can be, so that what is measured is the way to it. */
export function friends() {
  runs++;
  return value;
}

/** How often the handler has run. A hit must not make it grow. */
export function handlerRuns() {
  return runs;
}
