import { createHash } from 'node:crypto';

/**
 * The server that a key lives on: the one that scores highest with it (rendezvous hashing). It depends on nothing but the names, so all
 * processes agree, in whatever order they list them, and a server more or less moves only the keys it takes or leaves. A server that is
 * down keeps its keys: were they looked for elsewhere meanwhile, an invalidation could be written where nobody looks afterwards.
 */
export function serverForKey<Server extends { readonly name: string }>(
  servers: readonly [Server, ...Server[]],
  key: string,
): Server {
  let [best] = servers;
  if (servers.length === 1) return best;
  let highest = -1;
  for (const server of servers) {
    const score = createHash('sha256').update(`${server.name} ${key}`).digest().readUInt32BE(0);
    if (score > highest || (score === highest && server.name > best.name)) {
      best = server;
      highest = score;
    }
  }
  return best;
}
