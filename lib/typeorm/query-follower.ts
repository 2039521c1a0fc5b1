import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { CacheFault } from '../errors/cache-errors.js';
import { isNamedTableTag, namedTableTag, tableOfTag } from '../runtime/table-tags.js';
import type { Computation } from '../runtime/computation.js';
import type { Change } from '../writes/running-change.js';
import type { Changes } from '../writes/changes.js';
import type { BuiltStatements } from './built-statements.js';
import { tagsOfTable, tagsOfWrite } from './changed-tags.js';
import { dependOnReads } from './followed-reads.js';
import type { Schema } from './schema.js';
import type { ControlStatement, DataStatement, Statement } from './sql/statements.js';
import type { Transaction } from './transaction.js';

/** The parts of the cache that a followed data source uses. */
export interface FollowingParts {
  readonly current: RuntimeHolder;
  readonly changes: Changes;
}

/** A text of SQL on its way to the database. */
interface Sent {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly statements: readonly Statement[];
  readonly schema: Schema;
  readonly transaction: Transaction;
}

const OTHERS_TRANSACTION = 'it reads in a transaction that began outside of it';
const UNCOMMITTED = 'it reads in a transaction with changes that are not committed';

/** Follows the statements of a data source: computations depend on what they read, and changes invalidate. */
export class QueryFollower {
  constructor(
    private readonly parts: FollowingParts,
    private readonly built: BuiltStatements,
    private readonly settleMs: number,
  ) {}

  /** Sends SQL, after its reads and changes are noted. */
  query(sent: Sent, send: () => Promise<unknown>): Promise<unknown> {
    const controls = sent.statements.filter(isControl);
    const { tags, commits } = this.noteChanges(sent);
    const reading = this.noteReads(sent);
    if (controls.length === 0 && tags.length === 0) return reading === undefined ? send() : reading(send);
    const { transaction } = sent;
    const change = (): Promise<unknown> => this.change(() => [...tags, ...(commits ? transaction.tags : [])], transaction, send);
    const run = controls.length === 0 ? change : () => this.control(transaction, controls, change);
    return reading === undefined ? run() : reading(run);
  }

  /** Adds the changes of the statements to the transaction. @returns the tags that are visible when the statements have run */
  private noteChanges({ sql, parameters, statements, schema, transaction }: Sent): { tags: string[]; commits: boolean } {
    const tags: string[] = [];
    let commits = false;
    let { mayBeOpen, mayBeClosed } = transaction;
    for (const statement of statements) {
      if (statement.kind === 'begin') [mayBeOpen, mayBeClosed] = [true, false];
      const isCommit = isControl(statement) && transaction.isCommittedBy(statement);
      if (isCommit) commits = true;
      if (isCommit || statement.kind === 'rollback') [mayBeOpen, mayBeClosed] = [false, true];
      const changed = changedBy(statement, schema, parameters);
      if (statement.kind === 'data') this.reportRaw(sql, statement, schema, transaction);
      if (mayBeOpen) transaction.addChange(changed);
      if (mayBeClosed) tags.push(...changed);
    }
    return { tags, commits };
  }

  /** Makes the running computation depend on the reads. @returns undefined if no computation follows reads */
  private noteReads({
    sql,
    parameters,
    statements,
    schema,
    transaction,
  }: Sent): ((send: () => Promise<unknown>) => Promise<unknown>) | undefined {
    const { running } = this.parts.current.computations;
    if (running?.followsReads !== true) return undefined;
    const reads = statements.filter(statement => statement.kind === 'data');
    if (reads.length === 0) return undefined;
    if (transaction.isOpen && transaction.owner !== running) running.markUnfollowed(OTHERS_TRANSACTION);
    markUncommitted(running, transaction);
    const isBuilt = this.built.has(sql);
    const absent = reads.map(statement => dependOnReads(running, { statement, parameters, isBuilt }, schema));
    return async send => {
      const result = await send();
      // On a connection that requests share, another one may have changed data meanwhile.
      markUncommitted(running, transaction);
      const records = recordCount(result);
      for (const { rows, tags } of absent) if (records < rows) running.addRead(tags);
      return result;
    };
  }

  /** Runs statements that control a transaction. Until its changes are invalidated, it counts as open. */
  private async control(
    transaction: Transaction,
    controls: readonly ControlStatement[],
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const owner = this.parts.current.computations.running;
    transaction.beginControl();
    let done: readonly ControlStatement[] = [];
    try {
      const result = await run();
      done = controls;
      return result;
    } catch (error) {
      if (isUndelivered(error)) done = controls;
      throw error;
    } finally {
      transaction.endControl(done, owner);
    }
  }

  /** Runs statements that make changes visible. @param tagsOf returns the tags of the changes, before and after the statements */
  private async change(tagsOf: () => readonly string[], transaction: Transaction, run: () => Promise<unknown>): Promise<unknown> {
    let tags = tagsOf();
    let result: unknown;
    const work = async (): Promise<unknown> => {
      result = await run();
      // On a connection that requests share, another one may have changed data in the transaction.
      tags = [...tags, ...tagsOf()];
      return result;
    };
    const change = (): Change => ({
      label: `TypeORM (${tablesIn(tags).join(', ')})`,
      settleMs: this.settleMs,
      targets: [() => ({ prefixes: [], tags: [...new Set(tags)] })],
    });
    try {
      if (tags.length > 0) return await this.parts.changes.run(change(), work);
      await work();
      if (tags.length > 0) await this.parts.changes.run(change(), () => undefined);
    } catch (error) {
      // After an error of the statement itself, TypeORM would try to roll back committed changes.
      if (!transaction.isCommittedByTypeOrm || !isUndelivered(error)) throw error;
      transaction.undelivered = error;
    }
    return result;
  }

  /** Reports raw SQL that changes data, unless a change around it names its tables. */
  private reportRaw(sql: string, { writes, unclear }: DataStatement, schema: Schema, transaction: Transaction): void {
    const tables = [...new Set(writes.map(({ table }) => table).filter(table => schema.has(table)))];
    if ((tables.length === 0 && unclear !== 'writes') || this.built.has(sql) || transaction.isClearing) return;
    if (tables.length > 0 && tables.every(table => schema.isTree(table))) return;
    const { changes, current } = this.parts;
    const declared = changes.declaredTags;
    const isDeclared =
      unclear === 'writes' ? declared.some(isNamedTableTag) : tables.every(table => declared.includes(namedTableTag(table)));
    if (isDeclared) return;
    const names = tables.length === 0 ? ["'name'"] : tables.map(table => `'${table}'`);
    current.get().faults.warnAboutUse(
      // The names in the text, not its values: otherwise each value would be an occasion of its own.
      `raw change ${writes.map(({ table }) => table).join(' ')}`,
      `raw SQL changes data, and the library sees only the tables in its text (${tables.join(', ') || 'none'}). Write cache.changing(tables(${names.join(', ')}), () => …) around it: ${sql.slice(0, 200)}`,
      'CACHE_RAW_CHANGE',
    );
  }
}

function tablesIn(tags: readonly string[]): string[] {
  return [...new Set(tags.map(tag => tableOfTag(tag) ?? tag))];
}

function isControl(statement: Statement): statement is ControlStatement {
  return statement.kind !== 'data' && statement.kind !== 'definition' && statement.kind !== 'other';
}

function changedBy(statement: Statement, schema: Schema, parameters: readonly unknown[]): string[] {
  if (statement.kind === 'definition') return statement.names.filter(name => schema.has(name)).flatMap(tagsOfTable);
  if (statement.kind !== 'data') return [];
  const known = statement.unclear === 'writes' ? statement.writes.filter(({ table }) => schema.has(table)) : statement.writes;
  return known.flatMap(write => tagsOfWrite(write, schema, parameters));
}

function markUncommitted(computation: Computation, transaction: Transaction): void {
  if (transaction.hasChanges) computation.markUnfollowed(UNCOMMITTED);
}

/** Returns the number of records of a result. @returns 0 if it is unknown */
function recordCount(result: unknown): number {
  if (Array.isArray(result)) return result.length;
  const { records } = (result ?? {}) as { readonly records?: unknown };
  return Array.isArray(records) ? records.length : 0;
}

function isUndelivered(error: unknown): error is CacheFault {
  return error instanceof CacheFault && error.code === 'CACHE_INVALIDATION_UNDELIVERED';
}
