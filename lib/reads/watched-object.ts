import { PrototypeProxy, type ReadProperty, type WatchedNames } from './prototype-proxy.js';

interface Replaced {
  readonly name: PropertyKey;
  readonly original: PropertyDescriptor;
  readonly get: () => unknown;
}

/**
 * Watches the reads of an object's properties. Its own properties become accessors. A proxy in front of its prototype receives
 * the reads of all other properties. The object itself is not wrapped, so identity, `this`, private fields and `WeakMap`s work as
 * before.
 */
export class WatchedObject {
  private readonly replaced: Replaced[] = [];
  private prototypeProxy: PrototypeProxy | undefined;
  /** Properties that cannot be watched, because they are not configurable. */
  readonly unwatched: PropertyKey[] = [];

  constructor(
    private readonly object: object,
    private readonly names: WatchedNames,
    private readonly read: ReadProperty,
  ) {
    try {
      for (const name of Reflect.ownKeys(object)) if (!names.quiet.has(name) && this.isWatched(name)) this.replace(name);
      this.interceptPrototype();
    } catch (error) {
      this.restore();
      throw error;
    }
  }

  /** Puts the proxy in front of the prototype. Repeated after a framework has set the object's prototype again. */
  interceptPrototype(): void {
    const { object, names, read } = this;
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype === null || prototype === this.prototypeProxy?.proxy) return;
    if (!Object.isExtensible(object)) return void this.unwatched.push('prototype');
    this.prototypeProxy?.release(true);
    this.prototypeProxy = PrototypeProxy.acquire(prototype, names, read);
    Object.setPrototypeOf(object, this.prototypeProxy.proxy);
  }

  /** Restores the object, except for the properties that code has written. */
  restore(): void {
    const { object, prototypeProxy } = this;
    // The method may have frozen the object. Then the proxy and the accessors stay, and only pass on.
    if (prototypeProxy !== undefined) {
      const isRestored =
        Object.getPrototypeOf(object) !== prototypeProxy.proxy || Reflect.setPrototypeOf(object, prototypeProxy.prototype);
      prototypeProxy.release(isRestored);
    }
    for (const { name, original, get } of this.replaced) {
      if (Object.getOwnPropertyDescriptor(object, name)?.get === get) Reflect.defineProperty(object, name, original);
    }
  }

  private isWatched(name: PropertyKey): boolean {
    const { special, mayOverride, isQuietSymbol } = this.names;
    if (special.has(name)) return true;
    if (typeof name === 'symbol' && isQuietSymbol(name)) return false;
    return !(mayOverride && name in (Object.getPrototypeOf(this.object) as object));
  }

  private replace(name: PropertyKey): void {
    const { object, read } = this;
    const original = Object.getOwnPropertyDescriptor(object, name);
    if (original?.configurable !== true) return void this.unwatched.push(name);
    const get = (): unknown =>
      read(name, () => (original.get === undefined ? original.value : (original.get.call(object) as unknown)), true);
    const accessor: PropertyDescriptor = { configurable: true, enumerable: original.enumerable === true, get };
    if (original.get !== undefined) accessor.set = original.set?.bind(object);
    else if (original.writable === true) {
      accessor.set = (value: unknown) => {
        // The value is now the method's own, so its reads are no longer reported.
        Object.defineProperty(object, name, { ...original, value });
      };
    }
    Object.defineProperty(object, name, accessor);
    this.replaced.push({ name, original, get });
  }
}
