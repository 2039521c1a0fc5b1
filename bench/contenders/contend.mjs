import { createServer } from 'node:http';
import { handlerRuns } from './answer.mjs';

/** Listens on a free port, and tells the harness which, and its counters whenever it asks. */
export function contend(listener) {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    process.send({ kind: 'listening', port: server.address().port });
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ kind: 'counters', cpuMicros: user + system, runs: handlerRuns() });
  });
  process.on('disconnect', () => process.exit());
}

/** Ends the process: what it would show does not exist here. */
export function leaveOut(reason) {
  process.send({ kind: 'left-out', reason }, () => process.exit());
  return new Promise(() => {});
}
