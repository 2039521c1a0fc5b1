import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { CacheUsageError } from '../errors/cache-errors.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { formatValue } from '../errors/format-value.js';
import type { Explanation } from './explanation.js';
import { noAction, ProbeRequest, type ProbeResult } from './probe-request.js';

/** The part of an Express app that shows where the app is mounted. */
export type App = RequestListener & { readonly parent?: App | undefined };

const NO_APP = noAction('there is no app');

/** Explains requests by sending them through the app that would answer them. */
export class Explainer {
  /** The outermost apps whose requests reached a cached action. */
  private readonly apps = new Set<App>();

  constructor(private readonly current: RuntimeHolder) {}

  /** Registers the app of a cached action, at the first request of the action. */
  registerApp(app: App): void {
    let outermost = app;
    while (outermost.parent !== undefined) outermost = outermost.parent;
    this.apps.add(outermost);
  }

  async explain(method: string, url: string, headers: IncomingHttpHeaders): Promise<Explanation> {
    return (await this.find('explain', method, url, headers)).explanation;
  }

  /** Deletes the response that would answer a request. @returns true if there was one */
  async delete(method: string, url: string, headers: IncomingHttpHeaders): Promise<boolean> {
    const { address } = await this.find('deleteResponse', method, url, headers);
    if (address === undefined) return false;
    const runtime = this.current.get();
    return runtime.survive('an entry could not be deleted', false, () => runtime.store.delete?.(address) ?? false);
  }

  private async find(call: string, method: string, url: string, headers: IncomingHttpHeaders): Promise<ProbeResult> {
    const mistake = this.mistakeIn(method, url);
    if (mistake !== undefined) throw new CacheUsageError('CACHE_USAGE_INVALID', [`cache.${call}: ${mistake}`]);
    let result = NO_APP;
    for (const app of this.apps) {
      result = await new ProbeRequest().sendThrough(app, method.toUpperCase(), url, headers);
      if (result.explanation.action !== undefined) break;
    }
    return result;
  }

  private mistakeIn(method: unknown, url: unknown): string | undefined {
    if (typeof method !== 'string' || !/^(?:get|head)$/i.test(method))
      return `${formatValue(method)} is never cached. Write 'GET' or 'HEAD'.`;
    if (typeof url !== 'string' || !url.startsWith('/'))
      return `${formatValue(url)} is no path. Write the path and the query of a request: '/users/bob?limit=5'.`;
    if (this.apps.size === 0)
      return 'no request has reached a cached action yet, so the app is unknown. Call it after the first such request.';
    return undefined;
  }
}
