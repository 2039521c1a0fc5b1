/** Told which name of a record was read. `undefined`: what names there are. */
export type OnRecordRead = (name: string | undefined, value: unknown) => void;

type Names = Record<PropertyKey, unknown>;

/**
 * Returns a stand-in for a plain record, such as headers or `response.locals`, that reports each read. What is written through the
 * stand-in stands in the record, and is read again without a report.
 */
export function watchedRecord(record: object, onRead: OnRecordRead): object {
  return new Proxy(record, new RecordHandler(onRead));
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
    this.noteWritten(name);
    return Reflect.set(record, name, value);
  }

  defineProperty(record: object, name: PropertyKey, descriptor: PropertyDescriptor): boolean {
    this.noteWritten(name);
    return Reflect.defineProperty(record, name, descriptor);
  }

  deleteProperty(record: object, name: PropertyKey): boolean {
    this.noteWritten(name);
    return Reflect.deleteProperty(record, name);
  }

  private noteWritten(name: PropertyKey): void {
    (this.written ??= new Set()).add(name);
  }

  private report(record: object, name: PropertyKey): void {
    if (this.written?.has(name) === true || isOfAllObjects(record, name)) return;
    this.onRead(String(name), (record as Names)[name]);
  }
}

/** True for what JavaScript itself asks of any object: its methods, whether it is a promise, how it is written as JSON. */
function isOfAllObjects(record: object, name: PropertyKey): boolean {
  if (Object.hasOwn(record, name)) return false;
  return name in Object.prototype || name === 'then' || name === 'toJSON' || typeof name === 'symbol';
}
