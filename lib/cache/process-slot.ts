const SLOT = Symbol.for('routing-controllers-cache');
const slots = globalThis as { [SLOT]?: unknown };

/**
 * Returns the one instance of this process, which every copy of the package finds in the global object.
 *
 * @param create creates the instance if this is the first copy
 */
export function instanceOfProcess<Instance>(create: () => Instance): Instance {
  return (slots[SLOT] ??= create()) as Instance;
}

/** Returns the instance of this process. @returns undefined if no copy of the package has created it */
export function loadedInstance(): unknown {
  return slots[SLOT];
}
