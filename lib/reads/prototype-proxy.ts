/**
 * Decides the result of a property read while an object is watched.
 *
 * @param value returns the value of the property without the library
 * @param isAdded true if the prototypes do not have the property. A middleware has added the property, or it is absent.
 */
export type ReadProperty = (name: PropertyKey, value: () => unknown, isAdded: boolean) => unknown;

/** The properties whose reads are watched, for one kind of object. */
export interface WatchedNames {
  /** Properties of Node or a framework that are watched. */
  readonly special: ReadonlySet<PropertyKey>;
  /** All other properties that Node or a framework uses internally. They are not watched. */
  readonly quiet: ReadonlySet<PropertyKey>;
  /** True for symbols that Node or this library uses internally. */
  readonly isQuietSymbol: (name: symbol) => boolean;
  /** True if middlewares may override methods of the prototype. Calls of an override are not reported either. */
  readonly mayOverride: boolean;
}

/** The maximum number of idle proxies per prototype. Proxies are reused: V8 optimises reads of objects that share a prototype. */
const MAX_IDLE = 64;

/**
 * A proxy between a watched object and its prototype. It receives each read of a property that the object itself does not have.
 */
export class PrototypeProxy {
  private static readonly idle = new WeakMap<WatchedNames, WeakMap<object, PrototypeProxy[]>>();

  readonly proxy: object;
  private read: ReadProperty | undefined;

  private constructor(
    readonly prototype: object,
    private readonly names: WatchedNames,
  ) {
    // The target inherits from the prototype, so that `isPrototypeOf` and `instanceof` still find it.
    this.proxy = new Proxy(Object.create(prototype) as object, {
      get: (_target, name, receiver) => {
        const { read } = this;
        if (read === undefined || this.isQuiet(name)) return Reflect.get(prototype, name, receiver) as unknown;
        return read(name, () => Reflect.get(prototype, name, receiver) as unknown, !(name in prototype));
      },
      has: (_target, name) => {
        if (name in prototype) return true;
        if (!this.isQuiet(name)) this.read?.(name, () => undefined, true);
        return false;
      },
      getPrototypeOf: () => prototype,
    });
  }

  static acquire(prototype: object, names: WatchedNames, read: ReadProperty): PrototypeProxy {
    const instance = PrototypeProxy.idleFor(prototype, names).pop() ?? new PrototypeProxy(prototype, names);
    instance.read = read;
    return instance;
  }

  private static idleFor(prototype: object, names: WatchedNames): PrototypeProxy[] {
    let byPrototype = PrototypeProxy.idle.get(names);
    if (byPrototype === undefined) PrototypeProxy.idle.set(names, (byPrototype = new WeakMap()));
    let idle = byPrototype.get(prototype);
    if (idle === undefined) byPrototype.set(prototype, (idle = []));
    return idle;
  }

  /** Ends the watch. @param isFree true if no object has the proxy as its prototype any more, so that another may use it */
  release(isFree: boolean): void {
    this.read = undefined;
    if (!isFree) return;
    const idle = PrototypeProxy.idleFor(this.prototype, this.names);
    if (idle.length < MAX_IDLE) idle.push(this);
  }

  private isQuiet(name: PropertyKey): boolean {
    const { quiet, special, isQuietSymbol } = this.names;
    if (quiet.has(name)) return true;
    return !special.has(name) && (name in this.prototype || (typeof name === 'symbol' && isQuietSymbol(name)));
  }
}
