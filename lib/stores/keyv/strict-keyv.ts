import type { Keyv } from 'keyv';
import { missingPeer } from '../../errors/require-peer.js';
import type { Adapter } from './adapter-errors.js';

/** The used part of a Keyv of the application. It is checked by its shape, because the package has one class for `import` and one for `require`. */
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
 * Returns a Keyv that stores values as the given one does, and whose operations reject if they fail. The given Keyv stays unchanged: by
 * default, its failed look-ups report a missing value.
 */
export function strictKeyv({ opts }: GivenKeyv, adapter: Adapter): Keyv {
  const Strict = loadKeyv();
  return new Strict({
    ...opts,
    store: withoutEvents(adapter),
    throwOnErrors: true,
    emitErrors: false,
    // Keyv prefixes a single key differently from many keys if the key begins with the namespace.
    useKeyPrefix: false,
  });
}

/** Keyv never removes its listener from the adapter, so each new store would add a listener. */
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
