import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { CacheUsageError } from '../errors/cache-errors.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { formatValue } from '../errors/format-value.js';
import type { Explanation } from './explanation.js';
import { notMet, ProbeRequest, type ProbeResult } from './probe-request.js';

/** What of an Express app tells where it is mounted. */
export type App = RequestListener & { readonly parent?: App | undefined };

const NOTHING = notMet('there is no app');

/** Explains requests by sending them through the app that would answer them. */
export class Explainer {
  /** Those whose requests have come to a cached action, the outermost ones. */
  private readonly apps = new Set<App>();

  constructor(private readonly current: RuntimeHolder) {}

  /** To be called when an action is first asked. */
  registerApp(app: App): void {
    let outermost = app;
    while (outermost.parent !== undefined) outermost = outermost.parent;
    this.apps.add(outermost);
  }

  async explain(method: string, url: string, headers: IncomingHttpHeaders): Promise<Explanation> {
    return (await this.find('explain', method, url, headers)).explanation;
  }

  /** @returns whether there was one */
  async delete(method: string, url: string, headers: IncomingHttpHeaders): Promise<boolean> {
    const { address } = await this.find('deleteResponse', method, url, headers);
    if (address === undefined) return false;
    const runtime = this.current.get();
    return runtime.survive('an entry could not be deleted', false, () => runtime.store.delete?.(address) ?? false);
  }

  private async find(call: string, method: string, url: string, headers: IncomingHttpHeaders): Promise<ProbeResult> {
    const mistake = this.mistakeIn(method, url);
    if (mistake !== undefined) throw new CacheUsageError('CACHE_USAGE_INVALID', [`cache.${call}: ${mistake}`]);
    let finding = NOTHING;
    for (const app of this.apps) {
      finding = await new ProbeRequest().sendThrough(app, method.toUpperCase(), url, headers);
      if (finding.explanation.action !== undefined) break;
    }
    return finding;
  }

  private mistakeIn(method: unknown, url: unknown): string | undefined {
    if (typeof method !== 'string' || !/^(?:get|head)$/i.test(method))
      return `${formatValue(method)} is never cached. Write 'GET' or 'HEAD'.`;
    if (typeof url !== 'string' || !url.startsWith('/'))
      return `${formatValue(url)} is no path. Write it as a client does, with its query: '/users/bob?limit=5'.`;
    if (this.apps.size === 0) return 'no request has come to a cached action yet, so the app is not known. Ask when one has.';
    return undefined;
  }
}
