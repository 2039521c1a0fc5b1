/**
 * Decides how a property is read while an object is watched.
 *
 * @param value gives the property's value, as it is without the library
 * @param isAdded whether the object's prototypes do not have the property, so that a middleware added it, or could have
 */
export type ReadProperty = (name: PropertyKey, value: () => unknown, isAdded: boolean) => unknown;

/** Which reads of a kind of object are watched. */
export interface WatchedNames {
  /** Properties that are watched though Node or a framework has them. */
  readonly special: ReadonlySet<PropertyKey>;
  /** All other properties that Node or a framework uses for itself. */
  readonly quiet: ReadonlySet<PropertyKey>;
  /** True for symbols that Node or this library uses for itself. */
  readonly isQuietSymbol: (name: symbol) => boolean;
  /** Whether middlewares put methods of their own in place of the prototype's, which are no reads either. */
  readonly mayOverride: boolean;
}

/** Stand-ins that wait for another object. Few: an engine optimises reads of objects that share a prototype. */
const MAX_WAITING = 64;

/** A proxy that stands before a prototype while an object is watched, and learns of each read that the object does not answer itself. */
export class StandIn {
  private static readonly waiting = new WeakMap<WatchedNames, WeakMap<object, StandIn[]>>();

  readonly proxy: object;
  private read: ReadProperty | undefined;

  private constructor(
    readonly prototype: object,
    private readonly names: WatchedNames,
  ) {
    // Its target inherits all from the prototype, which is so found by `isPrototypeOf` and `instanceof`.
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

  static before(prototype: object, names: WatchedNames, read: ReadProperty): StandIn {
    const standIn = StandIn.waitingBefore(prototype, names).pop() ?? new StandIn(prototype, names);
    standIn.read = read;
    return standIn;
  }

  private static waitingBefore(prototype: object, names: WatchedNames): StandIn[] {
    let byPrototype = StandIn.waiting.get(names);
    if (byPrototype === undefined) StandIn.waiting.set(names, (byPrototype = new WeakMap()));
    let waiting = byPrototype.get(prototype);
    if (waiting === undefined) byPrototype.set(prototype, (waiting = []));
    return waiting;
  }

  /** No object has it as its prototype any more. */
  release(): void {
    this.read = undefined;
    const waiting = StandIn.waitingBefore(this.prototype, this.names);
    if (waiting.length < MAX_WAITING) waiting.push(this);
  }

  private isQuiet(name: PropertyKey): boolean {
    const { quiet, special, isQuietSymbol } = this.names;
    if (quiet.has(name)) return true;
    return !special.has(name) && (name in this.prototype || (typeof name === 'symbol' && isQuietSymbol(name)));
  }
}
