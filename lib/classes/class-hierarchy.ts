// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type of classes in routing-controllers and TypeScript
export type Class = Function;

/** Returns a class and its superclasses, nearest first. */
export function superclassChain(subject: Class): Class[] {
  const chain: Class[] = [];
  for (
    let link: unknown = subject;
    typeof link === 'function' && link !== Function.prototype;
    link = Object.getPrototypeOf(link)
  ) {
    chain.push(link);
  }
  return chain;
}
