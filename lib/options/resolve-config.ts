import { CacheConfigError } from '../errors/cache-errors.js';
import { CacheConfig, type CacheOptions } from './cache-config.js';
import { environmentMistakes } from './environment.js';
import { validationErrors, optionNames } from './validate.js';
import { formatValue } from '../errors/format-value.js';

/** The argument of `cache.configure`: some options, or a class that extends `CacheConfig`. */
export type CacheConfigSource = CacheOptions | (new () => CacheConfig);

/**
 * Completes options with their defaults.
 *
 * @throws CacheConfigError that names every mistake
 */
export function resolveConfig(source: CacheConfigSource): CacheConfig {
  if (!isConfigSource(source)) {
    throw new CacheConfigError([
      `cache.configure takes options or a class that extends CacheConfig, got ${formatValue(source)}. Write cache.configure({ defaultTimeout: 60 }).`,
    ]);
  }
  const options = definedOptions(typeof source === 'function' ? optionsOf(new source()) : source);
  const config = Object.assign(new CacheConfig(), options);
  const mistakes = [...environmentMistakes(), ...validationErrors(config)];
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  return Object.freeze(config);
}

/**
 * Returns the options of an instance, with the methods and getters of its class: the fields of `CacheConfig` would hide those.
 */
function optionsOf(instance: CacheConfig): CacheOptions {
  const options: Record<string, unknown> = Object.fromEntries(Object.entries(instance));
  for (const name of optionNames(instance)) {
    const owner = classWith(name, instance);
    if (owner === undefined) continue;
    const value: unknown = Reflect.get(owner, name, instance);
    options[name] = typeof value === 'function' ? (value.bind(instance) as unknown) : value;
  }
  return options;
}

/** Returns the prototype of the nearest subclass of `CacheConfig` that has the property. */
function classWith(name: string, instance: CacheConfig): object | undefined {
  for (let link = prototypeOf(instance); link !== null && link !== CacheConfig.prototype; link = prototypeOf(link)) {
    if (Object.hasOwn(link, name)) return link;
  }
  return undefined;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** Removes options that are `undefined`, so they never override a default. */
export function definedOptions<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}

/** Checks the type at run time, because JavaScript may pass any value. */
function isConfigSource(source: unknown): source is CacheConfigSource {
  if (typeof source === 'function') return Object.hasOwn(source, 'prototype');
  return typeof source === 'object' && source !== null && !Array.isArray(source);
}
