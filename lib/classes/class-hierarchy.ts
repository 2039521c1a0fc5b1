// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- what routing-controllers and TypeScript call a class
export type Class = Function;

/** A class and those it extends, nearest first. */
export function superclassChain(subject: Class): Class[] {
  const lineage: Class[] = [];
  for (
    let link: unknown = subject;
    typeof link === 'function' && link !== Function.prototype;
    link = Object.getPrototypeOf(link)
  ) {
    lineage.push(link);
  }
  return lineage;
}
