import type { ServerResponse } from 'node:http';
import { requestOf, responseOf, type ActionCall } from '../controllers/action-call.js';
import { ChangeRefused } from '../controllers/change-refused.js';
import type { ChangingAction } from '../controllers/changing-action.js';
import { OutputGate, type Moment } from '../http/output-gate.js';
import type { Change, Invalidated, MaybePromise, Targets } from '../stores/store.js';
import type { Engine } from './engine.js';
import { isClientError } from './handler-error.js';

const UNACKNOWLEDGED = 'The change may have been made, but the cache could not be told of it.';
/** Seconds after which a client may try a change again. */
const RETRY_AFTER = '1';

/**
 * Runs a method that changes data, and invalidates what it makes out of date before the client can see its response.
 *
 * @param engineNow gives the cache at work: a reset may come while the method runs
 */
export async function serveChange(engineNow: () => Engine, action: ChangingAction, call: ActionCall): Promise<unknown> {
  const engine = engineNow();
  return new ServedChange(engine, engineNow, action, call, await begun(engine, action, call)).run();
}

/** Announces the change to a store that wants to know before. */
async function begun(engine: Engine, action: ChangingAction, call: ActionCall): Promise<Change | undefined> {
  const { store, config } = engine;
  if (store.beginChange === undefined || !config.enabled) return undefined;
  try {
    return await store.beginChange(action.targetsBefore(call));
  } catch {
    if (config.whenUnreachable === 'continue') return undefined;
    responseOf(call).setHeader('Retry-After', RETRY_AFTER);
    throw new ChangeRefused('The change was not made, because the cache could not be told of it.');
  }
}

/** A change from the start of its method to the end of its response. */
class ServedChange {
  private result: unknown;
  /** Once the method has returned: whether clients may be told of the change. */
  private committed: MaybePromise<boolean> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly engineNow: () => Engine,
    private readonly action: ChangingAction,
    private readonly call: ActionCall,
    private readonly change: Change | undefined,
  ) {}

  async run(): Promise<unknown> {
    const response = responseOf(this.call);
    new OutputGate(
      response,
      moment => this.beforeSeen(moment),
      () => {
        answerUnacknowledged(response);
      },
    );
    try {
      this.result = await this.call.run();
    } catch (error) {
      // An HttpError below 500 says that nothing has changed; anything else may have left a half-done change.
      await this.end(isClientError(error) ? this.abandon() : this.commit());
      throw error;
    }
    if (await this.end(this.commit())) return this.result;
    // The method has answered itself, and what it sent has been let out or replaced.
    if (response.headersSent) return this.result;
    response.setHeader('Retry-After', RETRY_AFTER);
    throw new ChangeRefused(UNACKNOWLEDGED);
  }

  /**
   * What routing-controllers sends when the method has returned comes after the commit; but a response in pieces, by a method or by a
   * stream that it has returned, may be about a change that is made between its first piece and its last.
   */
  private beforeSeen(moment: Moment): MaybePromise<boolean> {
    if (this.committed === undefined) return this.tell((targets, change) => change.invalidate(targets));
    return moment === 'head' ? this.committed : this.tell(targets => this.engineNow().store.invalidate(targets));
  }

  private async end(ending: MaybePromise<boolean>): Promise<boolean> {
    this.committed = ending;
    this.committed = await ending;
    return this.committed;
  }

  private commit(): MaybePromise<boolean> {
    return this.tell((targets, change) => change.commit(targets));
  }

  private async abandon(): Promise<boolean> {
    await this.change?.abandon();
    return true;
  }

  /** @returns whether clients may be told of the change */
  private tell(
    how: (targets: Targets, change: Pick<Change, 'invalidate' | 'commit'>) => MaybePromise<Invalidated>,
  ): MaybePromise<boolean> {
    const engine = this.engineNow();
    const targets = this.targets(engine);
    // Where the cache has been reset meanwhile, the store that was told of the change is closed.
    const isSame = engine === this.engine;
    if (!isSame) void this.commitBefore(targets);
    const { store } = engine;
    const plain = { invalidate: () => store.invalidate(targets), commit: () => store.invalidate(targets) };
    try {
      const told = engine.invalidate(targets, this.name(), () => how(targets, (isSame ? this.change : undefined) ?? plain));
      return told instanceof Promise ? told.catch((error: unknown) => this.survive(engine, error)) : told;
    } catch (error) {
      return this.survive(engine, error);
    }
  }

  /** Ends the change in a store that is closed. */
  private async commitBefore(targets: Targets): Promise<void> {
    try {
      await this.change?.commit(targets);
    } catch (error) {
      this.survive(this.engine, error);
    }
  }

  /** Without the query, which may hold what is nobody else's business. */
  private name(): string {
    const { method = '', originalUrl } = requestOf(this.call);
    return `${method} ${originalUrl.replace(/\?.*/s, '')}`;
  }

  private targets(engine: Engine): Targets {
    try {
      return this.action.targetsOf(this.call, this.result);
    } catch (error) {
      // The change is made: where nobody can say what it touched, nothing that was stored may be trusted.
      engine.faults.report(
        'CACHE_TARGET_FAILED',
        `${this.action.name}: the target of @InvalidatesCache failed, so all is invalidated`,
        error,
      );
      return { prefixes: ['/'] };
    }
  }

  private survive(engine: Engine, error: unknown): boolean {
    engine.faults.report('CACHE_STORE_FAILED', `${this.action.name}: what it changed could not be invalidated`, error);
    return true;
  }
}

/** In place of a response that the method has sent itself. */
function answerUnacknowledged(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 503;
  response.setHeader('Retry-After', RETRY_AFTER);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ name: 'ChangeRefused', message: UNACKNOWLEDGED }));
}
