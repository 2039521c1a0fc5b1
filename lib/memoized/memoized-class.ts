/** A class with memoized methods, abstract ones included. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whatever constructor and objects
export type MemoizedClass = abstract new (...args: any[]) => any;

/** The names of the methods of a class, static ones included. */
export type MethodOf<Service extends MemoizedClass> = NamesOfMethods<InstanceType<Service>> | NamesOfMethods<Service>;

type NamesOfMethods<Owner> = Extract<
  { [Name in keyof Owner]: Owner[Name] extends (...args: never[]) => unknown ? Name : never }[keyof Owner],
  string
>;
