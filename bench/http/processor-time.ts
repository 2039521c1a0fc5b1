import { readFileSync } from 'node:fs';

/** Linux shows processor time in hundredths of a second, at any rate of its own clock. */
const TICK_MICROS = 10_000;

/** Returns the processor time of a process and its children in microseconds. Linux only. */
export function processorMicros(pid: number): number {
  // The name of the program is in parentheses, and may contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return (userTicks + systemTicks) * TICK_MICROS + children.reduce((sum, child) => sum + processorMicros(Number(child)), 0);
}
