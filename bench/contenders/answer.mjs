import { readFileSync } from 'node:fs';

/** The JSON body of every contender. The harness writes it in the measured size. */
export const bytes = readFileSync(process.env.BENCH_BODY);

const value = JSON.parse(bytes.toString());

let runs = 0;

/** The handler of every contender. It costs nothing, so that the figures show the cost around it. */
export function friends() {
  runs++;
  return value;
}

/** Returns the number of handler runs. A hit must not increase it. */
export function handlerRuns() {
  return runs;
}
