import { createHash } from 'node:crypto';
import { isDate } from 'node:util/types';
import { UniqueNames } from '../classes/unique-names.js';

/** The separator of key parts. No encoded value contains a line feed, since JSON and percent-encoding escape it. */
const SEPARATOR = '\n';

/** Joins encoded parts into a key. No part may contain a line feed. */
export function joinKey(parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}

const MAX_DEPTH = 16;

/** The rule for class instances, as class-transformer creates them: `instances` encodes them, `literals-only` refuses them. */
export type InstanceRule = 'instances' | 'literals-only';

/**
 * Encodes a value as text. Two values have equal texts only if no handler could distinguish them.
 *
 * The order of properties has no effect. Types have one: `1`, `"1"` and `true` differ, and so do `-0`, `NaN`, `undefined` and
 * holes. Strings are JSON, which escapes control characters and lone surrogates, so no value can forge the text of another.
 *
 * @returns `undefined` if the value is not plain: a function, a symbol, a map, a stream, a cycle, an instance with a setter, …
 */
export function encodeValue(value: unknown, instances: InstanceRule, depth = 0): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : depth < MAX_DEPTH ? encodeObject(value, instances, depth + 1) : undefined;
    default:
      return undefined;
  }
}

function encodeObject(value: object, instances: InstanceRule, depth: number): string | undefined {
  if (Array.isArray(value)) {
    const items = Array.from(value, item => encodeValue(item, instances, depth));
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
  }
  if (isDate(value)) return `Date(${value.getTime()})`;
  const prototype = prototypeOf(value);
  if (!isLiteralPrototype(prototype) && (instances === 'literals-only' || !isPlainPrototype(prototype))) return undefined;

  const properties: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const encoded = encodeValue((value as Record<string, unknown>)[name], instances, depth);
    if (encoded === undefined) return undefined;
    properties.push(`${JSON.stringify(name)}:${encoded}`);
  }
  return `${isLiteralPrototype(prototype) ? '' : classText(prototype)}{${properties.join(',')}}`;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** Returns true if the value is an object literal and not an instance of a class. */
export function isLiteral(value: object): boolean {
  return isLiteralPrototype(prototypeOf(value));
}

/**
 * Returns true for the prototype of `{}` in any realm, for no prototype, and for an empty prototype. Parsers of cookies and
 * queries create objects of the last two kinds.
 */
function isLiteralPrototype(prototype: object | null): prototype is null {
  if (prototype === null) return true;
  if (prototypeOf(prototype) !== null) return false;
  return Object.hasOwn(prototype, 'hasOwnProperty') || Object.getOwnPropertyNames(prototype).length === 0;
}

const uniqueNames = new UniqueNames();
const classTexts = new WeakMap<object, string>();

/**
 * Returns a text that identifies a class. Name and source make the text independent of the order in which a process loads the
 * classes. Only classes of equal name and source get a number.
 */
function classText(prototype: object): string {
  let text = classTexts.get(prototype);
  if (text === undefined) {
    const { name } = prototype.constructor;
    const source = createHash('sha256').update(Function.prototype.toString.call(prototype.constructor)).digest('base64url');
    classTexts.set(prototype, (text = uniqueNames.nameOf(prototype, `${name}.${source.slice(0, 22)}`)));
  }
  return text;
}

const plainPrototypes = new WeakMap<object, boolean>();

/**
 * Returns true if own properties identify the instances of a class. With a setter they may not: it can write to a private field.
 */
function isPlainPrototype(prototype: object): boolean {
  const known = plainPrototypes.get(prototype);
  if (known !== undefined) return known;
  const hasSetter = Object.values(Object.getOwnPropertyDescriptors(prototype)).some(property => property.set !== undefined);
  const parent = prototypeOf(prototype);
  const isPlain = !hasSetter && !isBuiltIn(prototype) && (isLiteralPrototype(parent) || isPlainPrototype(parent));
  plainPrototypes.set(prototype, isPlain);
  return isPlain;
}

/** Returns true for the prototypes of maps, sets, buffers, promises, errors, …: `Object.keys` does not list their content. */
function isBuiltIn(prototype: object): boolean {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof constructor !== 'function' || /\{\s*\[native code\]\s*\}\s*$/.test(String(constructor));
}
