/** Told which name of a record was read. `undefined`: what names there are. */
export type OnRecordRead = (name: string | undefined, value: unknown) => void;

type Names = Record<PropertyKey, unknown>;

/**
 * Returns a stand-in for a plain record, such as headers or `response.locals`, that reports each read. What is written through the
 * stand-in stands in the record, and is read again without a report.
 */
export function watchedRecord<T extends object>(record: T, onRead: OnRecordRead): T {
  const written = new Set<PropertyKey>();
  const report = (name: PropertyKey): void => {
    if (!written.has(name) && !isOfAllObjects(record, name)) onRead(String(name), (record as Names)[name]);
  };
  return new Proxy(record, {
    get(target, name) {
      report(name);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      report(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      report(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      onRead(undefined, target);
      return Reflect.ownKeys(target);
    },
    set(target, name, value) {
      written.add(name);
      return Reflect.set(target, name, value);
    },
    defineProperty(target, name, descriptor) {
      written.add(name);
      return Reflect.defineProperty(target, name, descriptor);
    },
    deleteProperty(target, name) {
      written.add(name);
      return Reflect.deleteProperty(target, name);
    },
  });
}

/** True for what JavaScript itself asks of any object: its methods, whether it is a promise, how it is written as JSON. */
function isOfAllObjects(record: object, name: PropertyKey): boolean {
  if (Object.hasOwn(record, name)) return false;
  return name in Object.prototype || name === 'then' || name === 'toJSON' || typeof name === 'symbol';
}
