// Loads a server as wrk does, and prints what wrk's script prints. Arguments: the load as JSON.
import autocannon from 'autocannon';

const { url, headers, seconds, connections, growsFrom } = JSON.parse(process.argv[2]);
let next = growsFrom;

const result = await autocannon({
  url,
  headers,
  connections,
  duration: seconds,
  ...(growsFrom !== undefined && {
    requests: [{ setupRequest: request => ({ ...request, path: `${new URL(url).pathname}?page=${next++}` }) }],
  }),
});

console.log(
  JSON.stringify({
    requests: result.requests.total,
    micros: result.duration * 1e6,
    p50: result.latency.p50 * 1000,
    p99: result.latency.p99 * 1000,
    errors: result.errors + result['4xx'] + result['5xx'],
  }),
);
