import { CacheConfig } from '../lib/index.js';

/** The defaults of the demo's cache. */
export class DemoCache extends CacheConfig {
  override defaultTimeout = 300;
  override maxBytes = 32 * 1024 * 1024;
  override onError = (error: Error): void => {
    console.error(`The cache survived a fault. ${error.message}`);
  };
}
