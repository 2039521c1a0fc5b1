/** What a store can do beyond keeping and invalidating, and so what else the suite demands of it. */
export interface StoreCapabilities {
  /**
   * Two stores made with the same `keyPrefix` hold the same data, as in two processes; and two with different ones nothing in common.
   * Turns on: each sees what the other keeps and invalidates. Turns off: `size` counts the entries. Default `false`.
   */
  readonly shared?: boolean;
  /** `claim` is there. Turns on: one computes what the other waits for. Default: as `shared`. */
  readonly fillLocks?: boolean;
  /** `beginChange` is there. Turns on: nothing that is computed while data are being changed is kept. Default: as `shared`. */
  readonly writeIntents?: boolean;
  /**
   * `add` is there: for a store that answers with promises. Turns on: it keeps nothing where a fresh entry stands. Default: as `shared`.
   */
  readonly adds?: boolean;
  /** `add` compares and keeps in one step. Turns on: of many at once one is kept. Default: as `adds`. */
  readonly atomicAdd?: boolean;
  /**
   * What has expired stays until its `keptUntilMs`, and a look-up's miss brings it; and `delete` is there. Turns on: both. Default `false`.
   */
  readonly servesStale?: boolean;
  /**
   * A computation whose tags are not known yet is kept although other tags are invalidated meanwhile. Turns on: it must be. Default `true`.
   */
  readonly tracksTagsIndividually?: boolean;
  /**
   * Bytes that the store may hold, as `size` tells them; 10000 or more. Turns on: with junk it stays below, and still keeps what comes.
   * Default: no such limit.
   */
  readonly maxBytes?: number;
  /** Bytes of the largest body that the store must keep. Default 900000. */
  readonly largestBody?: number;
  /**
   * The store takes its time from the clock that it is given. `false` turns off what needs time to pass: that entries expire; nothing
   * else tells you then. Default `true`.
   */
  readonly usesGivenClock?: boolean;
}

/** All of them, with their defaults. */
export interface ResolvedCapabilities {
  readonly shared: boolean;
  readonly fillLocks: boolean;
  readonly writeIntents: boolean;
  readonly adds: boolean;
  readonly atomicAdd: boolean;
  readonly servesStale: boolean;
  readonly tracksTagsIndividually: boolean;
  readonly maxBytes: number | undefined;
  readonly largestBody: number;
  readonly usesGivenClock: boolean;
}

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
