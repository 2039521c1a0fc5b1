import { createServer } from 'node:http';
import { handlerRuns } from './answer.mjs';

/**
 * Listens on a free port. Sends the harness the port, and the counters at each of its messages.
 *
 * @param runs returns how often the work ran that a hit skips: by default, the handler
 */
export function contend(listener, runs = handlerRuns) {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    process.send({ kind: 'listening', port: server.address().port });
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ kind: 'counters', cpuMicros: user + system, runs: runs() });
  });
  process.on('disconnect', () => process.exit());
}

/** Ends the process, because this build cannot run the contender. */
export function leaveOut(reason) {
  process.send({ kind: 'left-out', reason }, () => process.exit());
  return new Promise(() => {});
}
