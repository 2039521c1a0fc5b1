/** The methods of a response that this library replaces while it records or delays the response. */
const REPLACED_METHODS = ['writeHead', 'write', 'end', 'setHeader', 'flushHeaders'] as const;

/**
 * Checks that the methods of a response can be replaced. Checked before the first one is replaced: a response with only some of them
 * replaced would break.
 *
 * @throws TypeError if application code has frozen the response, or one of its methods
 */
export function requireReplaceable(response: object): void {
  const isExtensible = Object.isExtensible(response);
  for (const name of REPLACED_METHODS) {
    const own = Object.getOwnPropertyDescriptor(response, name);
    const isReplaceable = own === undefined ? isExtensible : own.writable === true || own.set !== undefined;
    if (!isReplaceable) throw new TypeError(`the method ${name} of the response cannot be replaced`);
  }
}

/** True if a proxy must return the value of a property unchanged: an own property that is neither writable nor configurable. */
export function isFixed(object: object, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(object, name);
  return own !== undefined && own.configurable !== true && own.writable !== true && own.get === undefined;
}
