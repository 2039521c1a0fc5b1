import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { isInstalled } from './installed.js';

/** The core of the server that is measured. */
export const SERVER_CORE = 0;
/** The core of the load, and of what a contender leans on: Redis, the origin behind nginx. */
export const LOAD_CORE = 1;

/** Whether processes can be kept on one core each. */
export const canPin =
  availableParallelism() > 1 && isInstalled('taskset') && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;

/** Starts a program that stays on one core, where the system has `taskset`. */
export function spawnPinned(core: number, command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return canPin ? spawn('taskset', ['-c', String(core), command, ...args], options) : spawn(command, args, options);
}
