import type { Assignment, ContenderName } from '../messages.js';
import type { Origin } from '../worker/origin.js';
import type { System } from '../worker/system.js';
import { openBentoCache } from './bentocache.js';
import { openCacheManager } from './cache-manager.js';
import { openTypeCacheable } from './type-cacheable.js';
import { PlainSystem } from './plain-system.js';

/** Opens another cache, called as plain functions around the same handlers. */
export async function openContender(
  name: Exclude<ContenderName, 'ours'>,
  { urls, hasGrace }: Assignment,
  origin: Origin,
  onFault: (code: string) => void,
): Promise<System> {
  const [url = ''] = urls;
  switch (name) {
    case 'bentocache':
      return new PlainSystem(await openBentoCache(url, { hasMemory: true, hasGrace }, onFault), origin, onFault);
    case 'bentocache-l2':
      return new PlainSystem(await openBentoCache(url, { hasMemory: false, hasGrace }, onFault), origin, onFault);
    case 'cache-manager':
      return new PlainSystem(await openCacheManager(url, false, onFault), origin, onFault);
    case 'cache-manager-wrap':
      return new PlainSystem(await openCacheManager(url, true, onFault), origin, onFault);
    case 'type-cacheable':
      return new PlainSystem(await openTypeCacheable(url, onFault), origin, onFault);
  }
}
