// Kills a server if the process that started it ends in any way. The end of that process closes the input of this one.
import { rmSync } from 'node:fs';

const [server, temporaryFolder] = process.argv.slice(2);

process.stdin.resume().once('close', () => {
  try {
    process.kill(Number(server), 'SIGKILL');
  } catch (error) {
    // The server has ended before.
    if (error.code !== 'ESRCH') throw error;
  }
  if (temporaryFolder !== undefined) rmSync(temporaryFolder, { recursive: true, force: true });
});
