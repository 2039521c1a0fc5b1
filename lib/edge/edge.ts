import type { RequestListener } from 'node:http';
import { ObservedRequest } from '../events/observed-request.js';
import { replayWire } from '../http/replay-wire.js';
import { wireFor } from '../http/wire.js';
import { ageSeconds, hit } from '../serving/answer.js';
import type { CurrentEngine } from '../serving/current-engine.js';
import type { Engine } from '../serving/engine.js';
import { reasonOf } from '../serving/reason.js';
import type { Address, LookupResult, MaybePromise } from '../stores/store.js';
import { questionOf, type Question } from './question.js';
import { Spellings, type Place } from './spellings.js';
import { Visit, type HeldFence, type Learn } from './visit.js';

/**
 * Answers hits of actions with `edge: true` before the application sees the request. It may skip middlewares because the action's
 * author has said so, and conversion and validation because the same spelling has passed them before. All else goes through the
 * application, where it shows which spelling leads to which address, and what goes out on the wire.
 */
export class Edge {
  /** Of one engine: with another configuration a spelling may lead elsewhere. */
  private known: { readonly engine: Engine; readonly spellings: Spellings } | undefined;

  constructor(
    private readonly current: CurrentEngine,
    private readonly app: RequestListener,
  ) {}

  readonly listener: RequestListener = (request, response) => {
    const question = questionOf(request, response);
    if (question === undefined) {
      this.app(request, response);
      return;
    }
    const { known } = this;
    const place = known?.engine === this.current.peek() ? known?.spellings.placeOf(question) : undefined;
    if (known === undefined || place === undefined) this.enter(question);
    else this.ask(known.engine, question, place);
  };

  private ask(engine: Engine, question: Question, place: Place): void {
    const observed = ObservedRequest.isWanted ? observe(question, place) : undefined;
    const found = lookUp(engine, place.address);
    if (found instanceof Promise)
      found
        .then(answer => {
          this.goOn(engine, question, place.address, answer, observed);
        })
        .catch((error: unknown) => {
          fail(engine, question, error);
        });
    else this.goOn(engine, question, place.address, found, observed);
  }

  private goOn(engine: Engine, question: Question, address: Address, found: LookupResult, observed?: ObservedRequest): void {
    if (found.kind !== 'hit') {
      if (found.kind === 'miss') engine.release(found.lease, 'unused');
      this.enter(question);
      return;
    }
    const { request, response } = question;
    const { entry } = found;
    const variant = wireFor(entry.variants, question);
    if (variant !== undefined) {
      const nowMs = engine.clock.now();
      const outcome = hit(entry, nowMs);
      replayWire(request, response, entry.response, variant, ageSeconds(entry, nowMs), engine.count(outcome));
      observed?.end('hit', reasonOf(outcome));
    } else if (request.method === 'HEAD') {
      this.enter(question);
    } else {
      // What goes out this time may be kept for the next, if nothing is invalidated from here on.
      const lease = engine.begin(address);
      if (lease instanceof Promise)
        lease
          .then(taken => {
            this.enter(question, taken && { engine, address, fence: taken });
          })
          .catch((error: unknown) => {
            fail(engine, question, error);
          });
      else this.enter(question, lease && { engine, address, fence: lease });
    }
  }

  private enter(question: Question, held?: HeldFence): void {
    new Visit(question, this.learn, held);
    this.app(question.request, question.response);
  }

  private readonly learn: Learn = (engine, action, question, address) => {
    if (this.known?.engine !== engine) this.known = { engine, spellings: new Spellings(engine.config.maxBytes) };
    this.known.spellings.learn(question, action, address);
  };
}

/** Nobody above catches what is thrown after a store has answered. */
function fail(engine: Engine, { response }: Question, error: unknown): void {
  engine.faults.report('CACHE_EDGE_FAILED', 'a request could not be answered, so its connection is closed', error);
  response.destroy();
}

function observe({ request: { method = '', url = '' } }: Question, { action, address }: Place): ObservedRequest {
  return new ObservedRequest(action, method, url).leadsTo(address.path.path);
}

/** A store that fails is as one that cannot be reached: the application asks it again, and reports it. */
const FAILED: LookupResult = { kind: 'unreachable' };

function lookUp({ store }: Engine, address: Address): MaybePromise<LookupResult> {
  try {
    const found = store.lookup(address);
    return found instanceof Promise ? found.catch(() => FAILED) : found;
  } catch {
    return FAILED;
  }
}
