import { inspect } from 'node:util';

/** Receives the name of the property that was read. `undefined`: the list of names was read. */
export type OnRecordRead = (name: string | undefined, value: unknown) => void;

type Names = Record<PropertyKey, unknown>;

/**
 * Returns a proxy of a plain record, such as headers or `response.locals`, that reports each read. Writes through the proxy
 * change the record; later reads of a written property are not reported.
 */
export function watchedRecord(record: object, onRead: OnRecordRead): object {
  return new Proxy(record, new RecordHandler(onRead));
}

/**
 * Adds a method to a record that reports an inspection. `util.inspect` bypasses the handlers of a proxy, but
 * calls this method of the record behind it. If the record has such a method, that method reads through the proxy.
 *
 * @returns a function that removes the method. `undefined` if the record cannot have it, because it is frozen
 */
export function watchInspection(record: object, onRead: OnRecordRead): (() => void) | undefined {
  if (inspect.custom in record) return () => undefined;
  const isAdded = Reflect.defineProperty(record, inspect.custom, {
    configurable: true,
    value(this: unknown) {
      onRead(undefined, record);
      // With this result, `util.inspect` prints the record as if the method did not exist.
      return this;
    },
  });
  return isAdded ? () => void Reflect.deleteProperty(record, inspect.custom) : undefined;
}

class RecordHandler implements ProxyHandler<object> {
  private written: Set<PropertyKey> | undefined;

  constructor(private readonly onRead: OnRecordRead) {}

  get(record: object, name: PropertyKey): unknown {
    this.report(record, name);
    return (record as Names)[name];
  }

  has(record: object, name: PropertyKey): boolean {
    this.report(record, name);
    return name in record;
  }

  getOwnPropertyDescriptor(record: object, name: PropertyKey): PropertyDescriptor | undefined {
    this.report(record, name);
    return Reflect.getOwnPropertyDescriptor(record, name);
  }

  ownKeys(record: object): (string | symbol)[] {
    this.onRead(undefined, record);
    return Reflect.ownKeys(record);
  }

  set(record: object, name: PropertyKey, value: unknown): boolean {
    this.markWritten(name);
    return Reflect.set(record, name, value);
  }

  defineProperty(record: object, name: PropertyKey, descriptor: PropertyDescriptor): boolean {
    this.markWritten(name);
    return Reflect.defineProperty(record, name, descriptor);
  }

  deleteProperty(record: object, name: PropertyKey): boolean {
    this.markWritten(name);
    return Reflect.deleteProperty(record, name);
  }

  private markWritten(name: PropertyKey): void {
    (this.written ??= new Set()).add(name);
  }

  private report(record: object, name: PropertyKey): void {
    if (this.written?.has(name) === true || isReadOfAnyObject(record, name)) return;
    this.onRead(String(name), (record as Names)[name]);
  }
}

/** True for names that JavaScript itself reads of any object: its methods, `then` (for promises), and `toJSON`. */
function isReadOfAnyObject(record: object, name: PropertyKey): boolean {
  if (Object.hasOwn(record, name)) return false;
  return name in Object.prototype || name === 'then' || name === 'toJSON' || typeof name === 'symbol';
}
