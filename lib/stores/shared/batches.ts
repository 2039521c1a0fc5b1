import { startDeadline } from '../../time/deadline.js';

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs items in batches, one batch at a time. Items that arrive while a batch runs form the next batch. */
export class Batches<Item, Outcome> {
  private waiting: Waiting<Item, Outcome>[] = [];
  private isRunning = false;

  /**
   * @param timeoutMs milliseconds after which the next batch starts although the current one has not ended
   * @param onIdle called when no item waits
   */
  constructor(
    private readonly runBatch: (items: readonly Item[]) => Promise<Outcome>,
    private readonly timeoutMs: number,
    private readonly onIdle: () => void = () => undefined,
  ) {}

  add(item: Item): Promise<Outcome> {
    return new Promise<Outcome>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isRunning) this.runNext();
    });
  }

  private runNext(): void {
    const batch = this.waiting;
    this.waiting = [];
    this.isRunning = batch.length > 0;
    if (!this.isRunning) {
      this.onIdle();
      return;
    }
    let hasEnded = false;
    const end = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      cancel();
      this.runNext();
    };
    const cancel = startDeadline(this.timeoutMs, end);
    this.runBatch(batch.map(({ item }) => item)).then(
      outcome => {
        for (const { resolve } of batch) resolve(outcome);
        end();
      },
      (error: unknown) => {
        for (const { reject } of batch) reject(error);
        end();
      },
    );
  }
}
