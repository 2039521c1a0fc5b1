import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for programs, whatever its own clock does. */
const TICK_MICROS = 10_000;

/** The processor time of a process and all that it has started, in microseconds. Linux only. */
export function processorMicros(pid: number): number {
  // The name of the program stands in parentheses, and may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return (userTicks + systemTicks) * TICK_MICROS + children.reduce((sum, child) => sum + processorMicros(Number(child)), 0);
}
