import { parseArgs } from 'node:util';
import type { ContenderName, Mode, StoreKind } from './messages.js';
import { SCENARIOS, type ScenarioName } from './scenarios/index.js';

const STORES: readonly StoreKind[] = ['redis', 'redis-near', 'redis-cluster', 'memcached', 'keyv', 'simple'];
const CONTENDERS: readonly ContenderName[] = [
  'ours',
  'bentocache',
  'bentocache-l2',
  'type-cacheable',
  'cache-manager',
  'cache-manager-wrap',
];
const MODES: readonly Mode[] = ['refuse', 'continue'];

export interface Options {
  readonly seed: number;
  /** The lowest number of operations of a run. */
  readonly operations: number;
  readonly processes: number;
  /** The number of clients of each process. */
  readonly clients: number;
  readonly handlerMs: number;
  readonly store: StoreKind;
  readonly scenarios: readonly ScenarioName[];
  readonly contenders: readonly ContenderName[];
  readonly modes: readonly Mode[];
  readonly isShort: boolean;
  readonly overHttp: boolean;
  /** True if many changes invalidate by tag. */
  readonly hasTags: boolean;
}

export const USAGE = `npm run torture -- [options]
  --seed <number>         default: the time
  --operations <number>   the lowest number for each run; default 40000 (short: 1500)
  --processes <number>    default 4
  --clients <number>      the number for each process; default 8
  --handler-ms <number>   the longest time of a handler; default 15 (short: 5)
  --store <name>          ${STORES.join(' | ')}
  --scenario <name>       ${Object.keys(SCENARIOS).join(' | ')} | all; several with commas
  --contender <name>      ${CONTENDERS.join(' | ')} | all; several with commas
  --mode <name>           refuse | continue | all; default all (short: refuse)
  --tags <on | off>       many changes invalidate by tag; default on
  --http                  requests go through real sockets (short: always)
  --short                 a few minutes: fewer scenarios, rounds and operations`;

/** Reads the options of a run. @throws Error with the fault and the usage */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      operations: { type: 'string' },
      processes: { type: 'string', default: '4' },
      clients: { type: 'string', default: '8' },
      'handler-ms': { type: 'string' },
      store: { type: 'string', default: 'redis' },
      scenario: { type: 'string' },
      contender: { type: 'string', default: 'ours' },
      mode: { type: 'string' },
      short: { type: 'boolean', default: false },
      tags: { type: 'string', default: 'on' },
      http: { type: 'boolean' },
    },
  });
  const isShort = values.short;
  const all = Object.keys(SCENARIOS) as ScenarioName[];
  const usual = isShort ? all.filter(name => SCENARIOS[name].isInShort) : all;
  return {
    seed: number('seed', values.seed ?? String(Date.now() % 1_000_000)),
    operations: number('operations', values.operations ?? (isShort ? '1500' : '40000')),
    processes: number('processes', values.processes),
    clients: number('clients', values.clients),
    handlerMs: number('handler-ms', values['handler-ms'] ?? (isShort ? '5' : '15')),
    store: oneOf('store', values.store, STORES)[0]!,
    scenarios: values.scenario === undefined || values.scenario === 'all' ? usual : oneOf('scenario', values.scenario, all),
    contenders: oneOf('contender', values.contender, CONTENDERS),
    modes: oneOf('mode', values.mode ?? (isShort ? 'refuse' : 'all'), MODES),
    isShort,
    hasTags: oneOf('tags', values.tags, ['on', 'off'])[0] === 'on',
    overHttp: values.http ?? isShort,
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be a whole number, got ${text}.\n${USAGE}`);
  return value;
}

function oneOf<Name extends string>(option: string, text: string, known: readonly Name[]): readonly Name[] {
  if (text === 'all') return known;
  return text.split(',').map(name => {
    const found = known.find(one => one === name);
    if (found === undefined) throw new Error(`--${option} has no value ${name}.\n${USAGE}`);
    return found;
  });
}
