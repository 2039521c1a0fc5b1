/** The storage of a Keyv: an adapter, or a `Map`. */
export interface Adapter {
  get(key: string): unknown;
  set(key: string, value: unknown, ttl?: number): unknown;
  delete(key: string): unknown;
  clear(): unknown;
  getMany?(keys: string[]): unknown;
  deleteMany?(keys: string[]): unknown;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  off?(event: 'error', listener: (error: unknown) => void): unknown;
}

/**
 * Listens to the `error` events of an adapter. Some adapters answer a failed look-up as a miss, and a failed write as a success. So an
 * operation counts as failed if the adapter emits any error meanwhile.
 */
export class AdapterErrors {
  private errorCount = 0;
  private lastError: unknown;
  private onError: ((error: unknown) => void) | undefined;

  constructor(private readonly adapter: Adapter) {}

  begin(onError: (error: unknown) => void): void {
    this.onError = onError;
    this.adapter.on?.('error', this.onAdapterError);
  }

  end(): void {
    this.onError = undefined;
    this.adapter.off?.('error', this.onAdapterError);
  }

  async failingOnError<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    if (this.onError === undefined) throw new Error('The Keyv store is closed.');
    const before = this.errorCount;
    const answer = await operation();
    if (this.errorCount !== before) throw new Error('The Keyv adapter has failed.', { cause: this.lastError });
    return answer;
  }

  private readonly onAdapterError = (error: unknown): void => {
    this.errorCount++;
    this.lastError = error;
    this.onError?.(error);
  };
}
