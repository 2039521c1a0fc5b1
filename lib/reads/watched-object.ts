import { StandIn, type ReadProperty, type WatchedNames } from './stand-in.js';

interface Replaced {
  readonly name: PropertyKey;
  readonly original: PropertyDescriptor;
  readonly get: () => unknown;
}

/**
 * Watches the reads of an object's properties. The object stays itself: properties of its own become accessors, and a proxy stands
 * before its prototype, where reads of all others arrive. So identity, `this`, private fields and `WeakMap`s are as without it.
 */
export class WatchedObject {
  private readonly replaced: Replaced[] = [];
  private standIn: StandIn | undefined;
  /** Properties that cannot be watched. */
  readonly unwatched: PropertyKey[] = [];

  constructor(
    private readonly object: object,
    private readonly names: WatchedNames,
    private readonly read: ReadProperty,
  ) {
    try {
      for (const name of Reflect.ownKeys(object)) if (!names.quiet.has(name) && this.isWatched(name)) this.replace(name);
      this.standBeforePrototype();
    } catch (error) {
      this.restore();
      throw error;
    }
  }

  /** Watches on where a framework has set the object's prototype again. */
  standBeforePrototype(): void {
    const { object, names, read } = this;
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype === null || prototype === this.standIn?.proxy) return;
    if (!Object.isExtensible(object)) return void this.unwatched.push('prototype');
    this.standIn?.release();
    this.standIn = StandIn.before(prototype, names, read);
    Object.setPrototypeOf(object, this.standIn.proxy);
  }

  /** Makes the object what it was, but for what was written to it. */
  restore(): void {
    const { object, standIn } = this;
    if (standIn !== undefined && Object.getPrototypeOf(object) === standIn.proxy)
      Object.setPrototypeOf(object, standIn.prototype);
    standIn?.release();
    for (const { name, original, get } of this.replaced) {
      if (Object.getOwnPropertyDescriptor(object, name)?.get === get) Object.defineProperty(object, name, original);
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
        // From here on it is what the method has made it.
        Object.defineProperty(object, name, { ...original, value });
      };
    }
    Object.defineProperty(object, name, accessor);
    this.replaced.push({ name, original, get });
  }
}
