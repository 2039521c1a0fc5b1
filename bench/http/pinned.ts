import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { isInstalled } from './installed.js';

/** The core of the measured server. */
export const SERVER_CORE = 0;
/** The core of the load, of Redis, and of the origin behind nginx. */
export const LOAD_CORE = 1;

/** True if the system can bind a process to one core. */
export const canPin =
  availableParallelism() > 1 && isInstalled('taskset') && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;

/** Starts a program on one core, if the system has `taskset`. */
export function spawnPinned(core: number, command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return canPin ? spawn('taskset', ['-c', String(core), command, ...args], options) : spawn(command, args, options);
}
