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
import { EdgeRequest, type PendingLease, type Learn } from './edge-request.js';

/**
 * Answers hits of actions with `edge: true` before the application sees the request. It may skip middlewares because the action's
 * author has said so, and conversion and validation because the same spelling has passed them before. All else goes through the
 * application, where it shows which spelling leads to which address, and what goes out on the wire.
 */
export class Edge {
  /** Of one engine: with another configuration a spelling may lead elsewhere. */
  private known: { readonly runtime: CacheRuntime; readonly spellings: UrlAliases } | undefined;

  constructor(
    private readonly current: RuntimeHolder,
    private readonly app: RequestListener,
  ) {}

  readonly listener: RequestListener = (request, response) => {
    const question = parseEdgeRequest(request, response);
    if (question === undefined) {
      this.app(request, response);
      return;
    }
    const { known } = this;
    const place = known?.runtime === this.current.currentOrUndefined() ? known?.spellings.resolve(question) : undefined;
    if (known === undefined || place === undefined) this.enter(question);
    else this.ask(known.runtime, question, place);
  };

  private ask(runtime: CacheRuntime, question: ParsedRequest, place: AliasTarget): void {
    const trace = RequestTrace.isEnabled ? observe(question, place) : undefined;
    const found = lookUp(runtime, place.address);
    if (found instanceof Promise)
      found
        .then(answer => {
          this.goOn(runtime, question, place.address, answer, trace);
        })
        .catch((error: unknown) => {
          fail(runtime, question, error);
        });
    else this.goOn(runtime, question, place.address, found, trace);
  }

  private goOn(
    runtime: CacheRuntime,
    question: ParsedRequest,
    address: Address,
    found: LookupResult,
    trace?: RequestTrace,
  ): void {
    if (found.kind !== 'hit') {
      if (found.kind === 'miss') runtime.release(found.lease, 'unused');
      this.enter(question);
      return;
    }
    const { request, response } = question;
    const { entry } = found;
    const variant = selectVariant(entry.variants, question);
    if (variant !== undefined) {
      const nowMs = runtime.clock.now();
      const outcome = hitOutcome(entry, nowMs);
      sendVariant(request, response, entry.response, variant, ageSeconds(entry, nowMs), runtime.count(outcome));
      trace?.end('hit', reasonOf(outcome));
    } else if (request.method === 'HEAD') {
      this.enter(question);
    } else {
      // What goes out this time may be kept for the next, if nothing is invalidated from here on.
      const lease = runtime.lease(address);
      if (lease instanceof Promise)
        lease
          .then(taken => {
            this.enter(question, taken && { runtime, address, lease: taken });
          })
          .catch((error: unknown) => {
            fail(runtime, question, error);
          });
      else this.enter(question, lease && { runtime, address, lease });
    }
  }

  private enter(question: ParsedRequest, held?: PendingLease): void {
    new EdgeRequest(question, this.learn, held);
    this.app(question.request, question.response);
  }

  private readonly learn: Learn = (runtime, action, question, address) => {
    if (this.known?.runtime !== runtime) this.known = { runtime, spellings: new UrlAliases(runtime.config.maxBytes) };
    this.known.spellings.learn(question, action, address);
  };
}

/** Nobody above catches what is thrown after a store has answered. */
function fail(runtime: CacheRuntime, { response }: ParsedRequest, error: unknown): void {
  runtime.faults.report('CACHE_EDGE_FAILED', 'a request could not be answered, so its connection is closed', error);
  response.destroy();
}

function observe({ request: { method = '', url = '' } }: ParsedRequest, { action, address }: AliasTarget): RequestTrace {
  return new RequestTrace(action, method, url).setPath(address.path.path);
}

/** A store that fails is as one that cannot be reached: the application asks it again, and reports it. */
const FAILED: LookupResult = { kind: 'unreachable' };

function lookUp({ store }: CacheRuntime, address: Address): MaybePromise<LookupResult> {
  try {
    const found = store.lookup(address);
    return found instanceof Promise ? found.catch(() => FAILED) : found;
  } catch {
    return FAILED;
  }
}
