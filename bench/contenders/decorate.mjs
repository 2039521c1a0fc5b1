/** Applies decorators to a method as compiled TypeScript does: the last first. */
export function decorate(controller, method, ...decorators) {
  const { prototype } = controller;
  const descriptor = decorators.reduceRight(
    (decorated, decorator) => decorator(prototype, method, decorated) ?? decorated,
    Object.getOwnPropertyDescriptor(prototype, method),
  );
  Object.defineProperty(prototype, method, descriptor);
}
