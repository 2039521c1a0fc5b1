import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were made on, and when. @param busy what `busyness` said before they were made */
export function machine(busy: string | undefined): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const processor = cpus()[0]?.model.trim() ?? 'a processor without a name';
  const system = `Node.js ${process.versions.node}, ${type()} ${release()}, ${cpus().length} cores of ${processor}, ${memory}`;
  return `${today()}, ${system}.${busy === undefined ? '' : ` **Read with doubt: ${busy}.**`}`;
}

/** Whether something else was at work when the benchmark began: then its figures mean little. */
export function busyness(): string | undefined {
  const [minute = 0] = loadavg();
  return minute < 0.5 ? undefined : `the machine was not quiet (load average ${minute.toFixed(1)} at the start)`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
