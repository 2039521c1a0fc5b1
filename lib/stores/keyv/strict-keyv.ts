import type { Keyv } from 'keyv';
import { missingPeer } from '../../errors/require-peer.js';
import type { Adapter } from './adapter-errors.js';

/** What is used of a Keyv that an application made: by its shape, since the package has one class for `import` and one for `require`. */
export type GivenKeyv = Pick<Keyv, 'opts' | 'namespace' | 'useKeyPrefix'>;

export function loadKeyv(): typeof Keyv {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is used, by a call that bundlers find
    return (require('keyv') as { readonly Keyv: typeof Keyv }).Keyv;
  } catch (error) {
    throw missingPeer('keyv', 'routing-controllers-cache/keyv', error);
  }
}

/**
 * A Keyv that stores what the given one does in the same way, and whose operations reject when they fail. The given one stays as the
 * application made it: by default, a look-up that fails answers there that nothing was found.
 */
export function strictKeyv({ opts }: GivenKeyv, adapter: Adapter): Keyv {
  const Strict = loadKeyv();
  return new Strict({
    ...opts,
    store: withoutEvents(adapter),
    throwOnErrors: true,
    emitErrors: false,
    // Keyv prefixes a key in one way when it is alone, and in another among many, where it begins as the namespace does.
    useKeyPrefix: false,
  });
}

/** Keyv listens to its adapter for as long as that lives: one listener more with each store that comes and goes. */
function withoutEvents(adapter: Adapter): Adapter {
  return {
    get: key => adapter.get(key),
    set: (key, value, ttl) => adapter.set(key, value, ttl),
    delete: key => adapter.delete(key),
    clear: () => adapter.clear(),
    ...(adapter.getMany !== undefined && { getMany: keys => adapter.getMany?.(keys) }),
    ...(adapter.deleteMany !== undefined && { deleteMany: keys => adapter.deleteMany?.(keys) }),
  };
}
