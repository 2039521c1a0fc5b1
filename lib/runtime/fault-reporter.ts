import { CacheFault } from '../errors/cache-errors.js';
import { channels, publish } from '../events/channels.js';

/** Reports faults that the cache survives. */
export class FaultReporter {
  /** The first read of each action that its key does not cover, as advice, by class and method. */
  readonly uncoveredReads = new Map<string, string>();
  private readonly warned = new Set<string>();

  constructor(
    private readonly onError: ((error: CacheFault) => void) | undefined,
    private readonly count: () => void,
  ) {}

  /** Reports one fault. Without `onError`: one process warning per kind. */
  report(code: string, message: string, cause: unknown): void {
    this.count();
    const why = reasonOf(cause);
    const fault = new CacheFault(code, why === '' ? message : `${message}: ${why}`, { cause });
    publishFault(fault);
    if (this.onError === undefined) this.warnOnce(code, fault);
    else this.notify(this.onError, fault);
  }

  /** Reports advice about a use, once per occasion. */
  warnAboutUse(occasion: string, message: string, code = 'CACHE_NOT_KEYED'): void {
    if (this.warned.has(occasion)) return;
    const fault = new CacheFault(code, message);
    publishFault(fault);
    if (this.onError === undefined) this.warnOnce(occasion, fault);
    else {
      this.warned.add(occasion);
      this.notify(this.onError, fault);
    }
  }

  /** Reports a read that the key of an action does not cover, the first one only. */
  warnAboutRead(action: string, advice: string): void {
    if (!this.uncoveredReads.has(action)) this.uncoveredReads.set(action, advice);
    this.warnAboutUse(`${action} reads`, `${action}: ${advice}`);
  }

  private notify(onError: (error: CacheFault) => void, fault: CacheFault): void {
    try {
      onError(fault);
    } catch (error) {
      this.warnOnce('CACHE_ON_ERROR_FAILED', new CacheFault('CACHE_ON_ERROR_FAILED', 'onError threw', { cause: error }));
    }
  }

  private warnOnce(kind: string, fault: CacheFault): void {
    if (this.warned.has(kind)) return;
    this.warned.add(kind);
    process.emitWarning(fault.message, { type: 'CacheWarning', code: fault.code });
  }
}

function publishFault({ code, message }: CacheFault): void {
  if (channels.fault.hasSubscribers) publish('fault', { code, message });
}

/** Returns the message of an error. For several attempts, such as for a host with several addresses: the first message. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : '';
}
