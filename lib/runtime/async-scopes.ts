import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The scope that running code belongs to. It follows the code through promises, timers and streams.
 *
 * Before `start`, no code has a scope and nothing costs anything. On Node 20 and 22, each promise of the process is slower once
 * an `AsyncLocalStorage` is in use.
 */
export class AsyncScopes<Scope> {
  isStarted = false;
  private storage: AsyncLocalStorage<Scope> | undefined;

  start(): void {
    this.isStarted = true;
    this.storage ??= new AsyncLocalStorage();
  }

  get current(): Scope | undefined {
    return this.storage?.getStore();
  }

  /** Runs work, and everything that it starts, in a scope. */
  run<T>(scope: Scope, work: () => T): T {
    return this.storage === undefined ? work() : this.storage.run(scope, work);
  }

  /** Puts the rest of the running function in a scope, and everything that starts from there. */
  enter(scope: Scope): void {
    this.storage?.enterWith(scope);
  }
}
