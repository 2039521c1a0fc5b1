/** What a store can do beyond keeping and invalidating, and so what else the suite demands of it. */
export interface StoreCapabilities {
  /**
   * Two stores made with the same `keyPrefix` hold the same data, as in two processes; and two with different ones nothing in common.
   * Turns on: each sees what the other keeps and invalidates. Turns off: `size` counts the entries. Default `false`.
   */
  readonly shared?: boolean;
  /** `claim` is there. Turns on: one computes what the other waits for. Default: as `shared`. */
  readonly claims?: boolean;
  /** `beginChange` is there. Turns on: nothing that is computed while data are being changed is kept. Default: as `shared`. */
  readonly changes?: boolean;
  /**
   * `add` is there: for a store that answers with promises. Turns on: it keeps nothing where a fresh entry stands. Default: as `shared`.
   */
  readonly adds?: boolean;
  /** `add` compares and keeps in one step. Turns on: of many at once one is kept. Default: as `adds`. */
  readonly addsInOneStep?: boolean;
  /**
   * What has expired stays until its `keptUntilMs`, and a look-up's miss brings it; and `delete` is there. Turns on: both. Default `false`.
   */
  readonly grace?: boolean;
  /**
   * A computation whose tags are not known yet is kept although other tags are invalidated meanwhile. Turns on: it must be. Default `true`.
   */
  readonly tellsTagsApart?: boolean;
  /**
   * Bytes that the store may hold, as `size` tells them; 10000 or more. Turns on: with junk it stays below, and still keeps what comes.
   * Default: no such limit.
   */
  readonly bounded?: number;
  /** Bytes of the largest body that the store must keep. Default 900000. */
  readonly largestBody?: number;
  /**
   * The store takes its time from the clock that it is given. `false` turns off what needs time to pass: that entries expire; nothing
   * else tells you then. Default `true`.
   */
  readonly heedsClock?: boolean;
}

/** All of them, with their defaults. */
export interface Demands {
  readonly shared: boolean;
  readonly claims: boolean;
  readonly changes: boolean;
  readonly adds: boolean;
  readonly addsInOneStep: boolean;
  readonly grace: boolean;
  readonly tellsTagsApart: boolean;
  readonly bounded: number | undefined;
  readonly largestBody: number;
  readonly heedsClock: boolean;
}

export function demandsOf({
  shared = false,
  claims = shared,
  changes = shared,
  adds = shared,
  addsInOneStep = adds,
  grace = false,
  tellsTagsApart = true,
  bounded,
  largestBody = 900_000,
  heedsClock = true,
}: StoreCapabilities): Demands {
  return { shared, claims, changes, adds, addsInOneStep, grace, tellsTagsApart, bounded, largestBody, heedsClock };
}
