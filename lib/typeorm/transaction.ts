import type { Computation } from '../runtime/computation.js';
import type { ControlStatement } from './sql/statements.js';

/** The transaction of one query runner, derived from its statements. */
export class Transaction {
  isOpen = false;
  /** The computation in which it began. */
  owner: Computation | undefined;
  /** The error of an invalidation that was not delivered, until the transaction has ended for TypeORM. */
  undelivered: Error | undefined;
  /** True while TypeORM commits. An error of the statement itself would make TypeORM roll back committed changes. */
  isCommittedByTypeOrm = false;
  /** True while TypeORM empties a table. */
  isClearing = false;
  /** The tags of its changes. */
  private pending: string[] = [];
  private beganBy: 'begin' | 'savepoint' = 'begin';
  private savepoints: { readonly name: string; readonly length: number }[] = [];
  /** The number of control statements that run. Meanwhile it is unknown whether another statement is in the transaction. */
  private controls = 0;

  get tags(): readonly string[] {
    return this.pending;
  }

  /** True if it has changes that are not committed. */
  get hasChanges(): boolean {
    return this.pending.length > 0;
  }

  /** True if a statement may run in no transaction, so that its changes are visible at once. */
  get mayBeClosed(): boolean {
    return !this.isOpen || this.controls > 0;
  }

  /** True if a statement may run in a transaction. */
  get mayBeOpen(): boolean {
    return this.isOpen || this.controls > 0;
  }

  addChange(tags: readonly string[]): void {
    this.pending.push(...tags);
  }

  /** Returns true if a statement commits. In SQLite, the release of the savepoint that began the transaction does. */
  isCommittedBy(statement: ControlStatement): boolean {
    if (statement.kind !== 'release') return statement.kind === 'commit';
    return this.isOpen && this.beganBy === 'savepoint' && this.savepoints[0]?.name === statement.name;
  }

  beginControl(): void {
    this.controls++;
  }

  /** @param statements the statements that have run; none if they failed */
  endControl(statements: readonly ControlStatement[], owner: Computation | undefined): void {
    this.controls--;
    for (const statement of statements) this.apply(statement, owner);
    if (!this.isOpen && this.controls === 0) this.clear();
  }

  private apply(statement: ControlStatement, owner: Computation | undefined): void {
    switch (statement.kind) {
      case 'begin':
        if (!this.isOpen) this.open(owner, 'begin');
        break;
      case 'commit':
      case 'rollback':
        this.isOpen = false;
        break;
      case 'savepoint':
        // In SQLite, a savepoint outside of a transaction begins one.
        if (!this.isOpen) this.open(owner, 'savepoint');
        this.savepoints.push({ name: statement.name, length: this.pending.length });
        break;
      case 'release':
        if (this.isCommittedBy(statement)) this.isOpen = false;
        break;
      case 'rollback-to': {
        const savepoint = this.savepoints.findLast(({ name }) => name === statement.name);
        if (savepoint !== undefined) this.pending.length = Math.min(this.pending.length, savepoint.length);
        break;
      }
    }
  }

  private open(owner: Computation | undefined, beganBy: 'begin' | 'savepoint'): void {
    this.isOpen = true;
    this.owner = owner;
    this.beganBy = beganBy;
  }

  private clear(): void {
    this.pending = [];
    this.savepoints = [];
    this.owner = undefined;
  }
}
