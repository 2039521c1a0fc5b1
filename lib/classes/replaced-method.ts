import { isAsyncFunction } from 'node:util/types';

/** The part of `reflect-metadata` that this file calls, if the program has loaded the package. */
interface MetadataReader {
  getMetadata?(key: string, target: object, name: string): unknown;
}

/** Returns true if it is certain that a method returns a promise: it is `async`, or TypeScript emits that type as metadata. */
export function returnsPromise(target: object, name: string, run: object): boolean {
  return (Reflect as MetadataReader).getMetadata?.('design:returntype', target, name) === Promise || isAsyncFunction(run);
}

/** Replaces a method by a function, which gets the name and the number of parameters of the method. */
export function replaceMethod(descriptor: PropertyDescriptor, replacement: object): void {
  const run = descriptor.value as { readonly name: string; readonly length: number };
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(replacement, property, { value: run[property], configurable: true });
  }
  descriptor.value = replacement;
}
