import { parseArgs } from 'node:util';

/** The options of the benchmark. */
export interface BenchOptions {
  /** The number of rounds. Each round loads every contender once, and the tables show the median. */
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds of load before the first round, for the compiler of Node. */
  readonly warmUp: number;
  readonly connections: number;
  /** Sizes of the response's body in bytes. */
  readonly bodies: readonly number[];
  /** Names of contenders; `undefined` for all. */
  readonly only: readonly string[] | undefined;
  /** The contender that the ratios divide by. */
  readonly base: string;
  /** True if the program writes the tables to `docs/performance.md`. */
  readonly write: boolean;
}

/** Reads the options. @throws TypeError with the name of the wrong option */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '2' },
      connections: { type: 'string', default: '32' },
      bodies: { type: 'string', default: '200,2400,100000' },
      only: { type: 'string' },
      base: { type: 'string', default: 'node' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: atLeastOne('--rounds', values.rounds),
    seconds: atLeastOne('--seconds', values.seconds),
    warmUp: atLeastOne('--warm-up', values['warm-up']),
    connections: atLeastOne('--connections', values.connections),
    bodies: values.bodies.split(',').map(size => atLeastOne('--bodies', size)),
    only: values.only?.split(','),
    base: values.base,
    write: values.write,
  };
}

function atLeastOne(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new TypeError(`${option} must be a whole number of at least 1, got "${text}"`);
}
