/** The abilities of a store beyond storing and invalidating. Each one turns tests of the suite on or off. */
export interface StoreCapabilities {
  /**
   * True if two stores with the same `keyPrefix` hold the same data, as in two processes, and two stores with different prefixes hold
   * separate data. Turns on: each store sees the entries and invalidations of the other. Turns off: `size` counts the entries.
   *
   * @default false
   */
  readonly shared?: boolean;
  /**
   * True if the store has `acquireFillLock`. Turns on: one client fills an entry while the others wait for it.
   *
   * @default the value of `shared`
   */
  readonly fillLocks?: boolean;
  /**
   * True if the store has `beginWrite`. Turns on: a response that is computed during a write is not stored.
   *
   * @default the value of `shared`
   */
  readonly writeIntents?: boolean;
  /**
   * True if the store has `add`. Only a store that returns promises needs it. Turns on: `add` does not replace a fresh entry.
   *
   * @default the value of `shared`
   */
  readonly adds?: boolean;
  /**
   * True if `add` compares and stores in one step. Turns on: one of several concurrent `add` calls succeeds.
   *
   * @default the value of `adds`
   */
  readonly atomicAdd?: boolean;
  /**
   * True if the store holds an expired entry until its `deleteAtMs` and returns it with the miss, and if the store has `delete`. Turns on:
   * both.
   *
   * @default false
   */
  readonly servesStale?: boolean;
  /**
   * True if a store accepts an entry with computed tags although other tags were invalidated during the fill. Turns on: the store must
   * accept it.
   *
   * @default true
   */
  readonly tracksTagsIndividually?: boolean;
  /**
   * Upper limit of the `bytes` of `size`; at least 10000. Turns on: `size` never exceeds the limit, and the store still accepts new entries.
   *
   * @default no limit
   */
  readonly maxBytes?: number;
  /**
   * Bytes of the largest body that the store must accept.
   *
   * @default 900000
   */
  readonly largestBody?: number;
  /**
   * True if the store reads the time from the given clock. `false` turns off the tests in which entries expire; then no other test covers
   * expiry.
   *
   * @default true
   */
  readonly usesGivenClock?: boolean;
}

/** Capabilities in which each default is filled in. */
export type ResolvedCapabilities = Required<Omit<StoreCapabilities, 'maxBytes'>> & Pick<StoreCapabilities, 'maxBytes'>;

export function resolveCapabilities({
  shared = false,
  fillLocks = shared,
  writeIntents = shared,
  adds = shared,
  atomicAdd = adds,
  servesStale = false,
  tracksTagsIndividually = true,
  maxBytes,
  largestBody = 900_000,
  usesGivenClock = true,
}: StoreCapabilities): ResolvedCapabilities {
  return {
    shared,
    fillLocks,
    writeIntents,
    adds,
    atomicAdd,
    servesStale,
    tracksTagsIndividually,
    maxBytes,
    largestBody,
    usesGivenClock,
  };
}
