import { isAnyArrayBuffer, isArrayBufferView, isDate, isMap, isPromise, isSet } from 'node:util/types';
import { isLiteral } from '../keys/key-encoding.js';
import { formatValue } from '../errors/format-value.js';

/** The maximum depth: deeper than real data, and safe for the recursion on the stack. */
const DEEPEST = 500;

/** The JSON of a value, or its first part that JSON cannot carry: the position, the part and the remedy. */
export type JsonResult = { readonly kind: 'json'; readonly text: string } | { readonly kind: 'lossy'; readonly loss: string };

interface JsonLoss {
  readonly path: string;
  readonly found: string;
  readonly remedy: string;
}

/** Writes a value as JSON if parsing the JSON gives an equal value, with no missing part and no changed type. */
export function losslessJson(value: unknown): JsonResult {
  const loss = findLoss(value, []);
  if (loss === undefined) return { kind: 'json', text: JSON.stringify(value) };
  const position = loss.path === '' ? 'it' : loss.path.replace(/^\./, '');
  return { kind: 'lossy', loss: `${position} is ${loss.found}, which JSON does not carry. ${loss.remedy}` };
}

/** @param ancestors the objects that contain the value */
function findLoss(value: unknown, ancestors: readonly object[]): JsonLoss | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return undefined;
      return jsonLoss(formatValue(value), 'Write another number, null or a string.');
    case 'undefined':
      return jsonLoss('undefined', 'Leave it out, or write null.');
    case 'bigint':
      return jsonLoss('a bigint', 'Write it as a string.');
    case 'object':
      return value === null ? undefined : lossOf(value, ancestors);
    default:
      return jsonLoss(`a ${typeof value}`, 'Leave it out.');
  }
}

function lossOf(value: object, ancestors: readonly object[]): JsonLoss | undefined {
  if (ancestors.includes(value)) return jsonLoss('an object that contains itself', 'Write a name of the object, such as an id.');
  if (ancestors.length === DEEPEST)
    return jsonLoss(`nested more than ${DEEPEST} deep`, 'Write a name of the object, such as an id.');
  const isList = Array.isArray(value);
  // `Array.prototype` of every realm is an array. The prototype of a subclass of `Array` is not.
  if (isList ? !Array.isArray(Object.getPrototypeOf(value)) : !isLiteral(value)) return lossOfClass(value);
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return jsonLoss('an object with toJSON', 'Write the result of its toJSON().');
  }
  if (Object.getOwnPropertySymbols(value).some(symbol => Object.prototype.propertyIsEnumerable.call(value, symbol))) {
    return jsonLoss('an object with a symbol as a name', 'Write a string as the name.');
  }
  return isList ? lossInList(value, [...ancestors, value]) : lossInLiteral(value, [...ancestors, value]);
}

function lossInList(list: readonly unknown[], ancestors: readonly object[]): JsonLoss | undefined {
  if (Object.keys(list).length > list.length)
    return jsonLoss('an array with properties', 'Write an object that holds the array.');
  for (const [index, item] of list.entries()) {
    const loss = index in list ? findLoss(item, ancestors) : jsonLoss('a hole in an array', 'Write null.');
    if (loss !== undefined) return withStep(`[${index}]`, loss);
  }
  return undefined;
}

function lossInLiteral(literal: object, ancestors: readonly object[]): JsonLoss | undefined {
  for (const name of Object.keys(literal)) {
    const loss = findLoss((literal as Readonly<Record<string, unknown>>)[name], ancestors);
    if (loss !== undefined) return withStep(/^[\w$]+$/.test(name) ? `.${name}` : `[${formatValue(name)}]`, loss);
  }
  return undefined;
}

function lossOfClass(value: object): JsonLoss {
  if (isDate(value)) return jsonLoss('a Date', 'Write its toISOString().');
  if (isMap(value)) return jsonLoss('a Map', 'Write its entries as an array.');
  if (isSet(value)) return jsonLoss('a Set', 'Write its items as an array.');
  if (isPromise(value)) return jsonLoss('a Promise', 'Await it first.');
  if (isArrayBufferView(value) || isAnyArrayBuffer(value))
    return jsonLoss('binary data', `Write it as a string, for example in base64.`);
  const { name } = (value as { constructor?: { name?: unknown } }).constructor ?? {};
  return jsonLoss(
    `an instance of ${typeof name === 'string' && name !== '' ? name : 'a class'}`,
    'Write an object literal with its content.',
  );
}

function jsonLoss(found: string, remedy: string): JsonLoss {
  return { path: '', found, remedy };
}

function withStep(step: string, { path, found, remedy }: JsonLoss): JsonLoss {
  return { path: step + path, found, remedy };
}
