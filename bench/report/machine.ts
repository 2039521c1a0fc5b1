import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** Describes the machine and the date of a measurement. @param busy the result of `busyness` before the measurement */
export function machine(busy: string | undefined): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const processor = cpus()[0]?.model.trim() ?? 'a processor without a name';
  const system = `Node.js ${process.versions.node}, ${type()} ${release()}, ${cpus().length} cores of ${processor}, ${memory}`;
  return `${today()}, ${system}.${busy === undefined ? '' : ` **Read with doubt: ${busy}.**`}`;
}

/** Describes the load of the machine, if other programs run. @returns undefined on a quiet machine */
export function busyness(): string | undefined {
  const [minute = 0] = loadavg();
  return minute < 0.5 ? undefined : `the machine was not quiet (load average ${minute.toFixed(1)} at the start)`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
