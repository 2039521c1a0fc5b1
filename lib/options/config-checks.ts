import type { OpenableStore, Store } from '../stores/store.js';
import { isFunction, isSeconds } from './validate.js';

const STORE_METHODS = ['lookup', 'lease', 'canShare', 'save', 'release', 'invalidate', 'size', 'close'] as const;

/** True if the value is a store, or the name of one. */
export function isStore(value: unknown): boolean {
  if (value === 'simple' || value === 'null') return true;
  if (typeof value !== 'object' || value === null) return false;
  return (
    isFunction((value as Partial<OpenableStore>).open) || STORE_METHODS.every(name => isFunction((value as Partial<Store>)[name]))
  );
}

/** True if a timer of Node can wait this long: its milliseconds have 31 bits. */
export function isTimerSeconds(value: unknown): boolean {
  return isSeconds(value) && (value as number) <= 2_000_000;
}
