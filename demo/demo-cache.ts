import { CacheConfig } from '../lib/index.js';
import { FaultLog } from './fault-log.js';

/** The defaults of the demo's cache. */
export class DemoCache extends CacheConfig {
  override defaultTimeout = 300;
  override maxBytes = 32 * 1024 * 1024;
  override onError = new FaultLog().onError;
}
