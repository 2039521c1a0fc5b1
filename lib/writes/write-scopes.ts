import { AsyncScopes } from '../runtime/async-scopes.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { DeclaredWrite, type Writer } from './declared-write.js';

/** The writes of this process that run. A write within another one joins it. */
export class WriteScopes extends AsyncScopes<DeclaredWrite> {
  /** The writes that began before the scopes. Which code runs within them is unknown. */
  private readonly unscoped = new Set<DeclaredWrite>();

  constructor(private readonly runtimes: RuntimeHolder) {
    super();
  }

  /** Opens a write. `begin` declares it. */
  open(writer: Writer): DeclaredWrite {
    const { runtimes } = this;
    const write = new DeclaredWrite(
      runtimes.get(),
      () => runtimes.get(),
      writer,
      () => this.unscoped.delete(write),
    );
    if (!this.isStarted) this.unscoped.add(write);
    return write;
  }

  /** Returns the outermost write that the running code is part of and can join. */
  get outermost(): DeclaredWrite | undefined {
    const write = this.current;
    return write === undefined || write.isOver || write.hasLapsed ? undefined : write;
  }

  /**
   * Returns the writes that invalidate what a write of the running code changes, although it does not join them: those that began before
   * the scopes, and one that lasts too long to be declared.
   */
  get alsoInvalidating(): readonly DeclaredWrite[] {
    const write = this.current;
    return write?.hasLapsed === true && !write.isOver ? [...this.unscoped, write] : [...this.unscoped];
  }
}
