import { createHash } from 'node:crypto';
import { isDate } from 'node:util/types';
import { UniqueNames } from '../classes/unique-names.js';

/** A part that no encoded value can contain: JSON escapes line feeds, and so does percent-encoding. */
const SEPARATOR = '\n';

/** Joins parts, each already encoded so that it holds no line feed, into a key. */
export function joinKey(parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}

const DEEPEST = 16;

/** Whether objects made from the request by class-transformer count as plain, beside literals and arrays. */
export type InstanceRule = 'instances' | 'literals-only';

/**
 * Writes a value down so that two values have the same text only when no handler could tell them apart.
 *
 * Property order does not matter; types do (`1`, `"1"` and `true` differ), and so do `-0`, `NaN`, `undefined` and holes.
 * Strings are JSON, which escapes control characters and lone surrogates: no value can forge another's text.
 *
 * @returns `undefined` for what is not a plain value: functions, symbols, maps, streams, cycles, instances with setters, …
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
      return value === null ? 'null' : depth < DEEPEST ? encodeObject(value, instances, depth + 1) : undefined;
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

/** Whether it is a literal, and no instance of a class. */
export function isLiteral(value: object): boolean {
  return isLiteralPrototype(prototypeOf(value));
}

/** Of `{}` in any realm, and of objects without a prototype or with an empty one, as parsers of cookies and queries make them. */
function isLiteralPrototype(prototype: object | null): prototype is null {
  if (prototype === null) return true;
  if (prototypeOf(prototype) !== null) return false;
  return Object.hasOwn(prototype, 'hasOwnProperty') || Object.getOwnPropertyNames(prototype).length === 0;
}

const namesakes = new UniqueNames();
const classTexts = new WeakMap<object, string>();

/** Tells a class from others of the same fields: by name and source, in whichever order a process meets them, and last by a number. */
function classText(prototype: object): string {
  let text = classTexts.get(prototype);
  if (text === undefined) {
    const { name } = prototype.constructor;
    const source = createHash('sha256').update(Function.prototype.toString.call(prototype.constructor)).digest('base64url');
    classTexts.set(prototype, (text = namesakes.nameOf(prototype, `${name}.${source.slice(0, 22)}`)));
  }
  return text;
}

const plainPrototypes = new WeakMap<object, boolean>();

/** Of a class whose instances are told by their own properties: a setter could keep what it is given in a private field. */
function isPlainPrototype(prototype: object): boolean {
  const known = plainPrototypes.get(prototype);
  if (known !== undefined) return known;
  const hasSetter = Object.values(Object.getOwnPropertyDescriptors(prototype)).some(property => property.set !== undefined);
  const parent = prototypeOf(prototype);
  const answer = !hasSetter && !isBuiltIn(prototype) && (isLiteralPrototype(parent) || isPlainPrototype(parent));
  plainPrototypes.set(prototype, answer);
  return answer;
}

/** Of maps, sets, buffers, promises, errors, …: they hold what `Object.keys` does not show. */
function isBuiltIn(prototype: object): boolean {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof maker !== 'function' || /\{\s*\[native code\]\s*\}\s*$/.test(String(maker));
}
