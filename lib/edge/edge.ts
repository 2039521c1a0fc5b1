import type { RequestListener } from 'node:http';
import { RequestTrace } from '../events/request-trace.js';
import { sendVariant } from '../http/send-variant.js';
import { selectVariant } from '../http/variant.js';
import { ageSeconds, hitOutcome } from '../serving/respond.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { reasonOf } from '../runtime/outcome-text.js';
import type { Address, LookupResult, MaybePromise } from '../stores/store.js';
import { parseEdgeRequest, type ParsedRequest } from './parsed-request.js';
import { UrlAliases, type AliasTarget } from './url-aliases.js';
import { EdgeRequest, type PendingLease, type LearnAlias } from './edge-request.js';

/**
 * Answers hits of actions with `edge: true` before the application sees the request. Middlewares do not run, as the action's
 * author has allowed. Conversion and validation do not run, because the same URL has passed them before. The application serves
 * all other requests. From them, the edge learns the address of the URL and the bytes of the response.
 */
export class Edge {
  /** The aliases of one runtime. With another configuration, the same URL may have another address. */
  private learned: { readonly runtime: CacheRuntime; readonly aliases: UrlAliases } | undefined;

  constructor(
    private readonly current: RuntimeHolder,
    private readonly app: RequestListener,
  ) {}

  readonly listener: RequestListener = (request, response) => {
    const parsed = parseEdgeRequest(request, response);
    if (parsed === undefined) {
      this.app(request, response);
      return;
    }
    const { learned } = this;
    const target = learned?.runtime === this.current.currentOrUndefined() ? learned?.aliases.resolve(parsed) : undefined;
    if (learned === undefined || target === undefined) this.passOn(parsed);
    else this.lookUp(learned.runtime, parsed, target);
  };

  private lookUp(runtime: CacheRuntime, parsed: ParsedRequest, target: AliasTarget): void {
    const trace = RequestTrace.isEnabled ? startTrace(parsed, target) : undefined;
    const found = lookUpSilently(runtime, target.address);
    if (found instanceof Promise)
      found
        .then(settled => {
          this.onLookedUp(runtime, parsed, target.address, settled, trace);
        })
        .catch((error: unknown) => {
          fail(runtime, parsed, error);
        });
    else this.onLookedUp(runtime, parsed, target.address, found, trace);
  }

  private onLookedUp(
    runtime: CacheRuntime,
    parsed: ParsedRequest,
    address: Address,
    found: LookupResult,
    trace?: RequestTrace,
  ): void {
    if (found.kind !== 'hit') {
      if (found.kind === 'miss') runtime.release(found.lease, 'unused');
      this.passOn(parsed);
      return;
    }
    const { request, response } = parsed;
    const { entry } = found;
    const variant = selectVariant(entry.variants, parsed);
    if (variant !== undefined) {
      const nowMs = runtime.clock.now();
      const outcome = hitOutcome(entry, nowMs);
      sendVariant(request, response, entry.response, variant, ageSeconds(entry, nowMs), runtime.count(outcome));
      trace?.end('hit', reasonOf(outcome));
    } else if (request.method === 'HEAD') {
      this.passOn(parsed);
    } else {
      // With this lease, the bytes of this response become a variant for later hits, unless an invalidation comes first.
      const lease = runtime.lease(address);
      if (lease instanceof Promise)
        lease
          .then(acquired => {
            this.passOn(parsed, acquired && { runtime, address, lease: acquired });
          })
          .catch((error: unknown) => {
            fail(runtime, parsed, error);
          });
      else this.passOn(parsed, lease && { runtime, address, lease });
    }
  }

  private passOn(parsed: ParsedRequest, pending?: PendingLease): void {
    new EdgeRequest(parsed, this.learn, pending);
    this.app(parsed.request, parsed.response);
  }

  private readonly learn: LearnAlias = (parsed, { runtime, action }, address) => {
    if (this.learned?.runtime !== runtime) this.learned = { runtime, aliases: new UrlAliases(runtime.config.maxBytes) };
    this.learned.aliases.learn(parsed, action, address);
  };
}

/** Closes the connection after an error that comes later than the store's answer, since nothing above catches it. */
function fail(runtime: CacheRuntime, { response }: ParsedRequest, error: unknown): void {
  runtime.faults.report('CACHE_EDGE_FAILED', 'a request could not be answered, so its connection is closed', error);
  response.destroy();
}

function startTrace({ request: { method = '', url = '' } }: ParsedRequest, { action, address }: AliasTarget): RequestTrace {
  return new RequestTrace(action, method, url).setPath(address.path.path);
}

const UNREACHABLE: LookupResult = { kind: 'unreachable' };

/** Looks an entry up without reports: if the store fails, the application looks it up again, and reports the fault. */
function lookUpSilently({ store }: CacheRuntime, address: Address): MaybePromise<LookupResult> {
  try {
    const found = store.lookup(address);
    return found instanceof Promise ? found.catch(() => UNREACHABLE) : found;
  } catch {
    return UNREACHABLE;
  }
}
