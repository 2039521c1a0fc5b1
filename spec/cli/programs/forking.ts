import cluster from 'node:cluster';
import './without-server.js';

/** A program with a worker process, in which its server would be. */
if (cluster.isPrimary) {
  cluster.fork().on('exit', () => process.exit());
} else {
  console.log('A worker has started.');
}
