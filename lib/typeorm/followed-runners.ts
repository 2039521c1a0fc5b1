import type { FollowedDataSource, QueryRunner, SendQuery } from './data-source.js';
import type { FollowingParts, QueryFollower } from './query-follower.js';
import { Schema } from './schema.js';
import type { Dialect } from './sql/tokens.js';
import { Transaction } from './transaction.js';

const OWN_CACHE = 'TypeORM answers it from its own cache of query results, which may be stale: leave the option cache out';

/** Replaces the methods of query runners through which statements go, and those that create query runners. */
export class FollowedRunners {
  private readonly followed = new WeakSet<QueryRunner>();
  private known: { readonly entities: unknown; readonly schema: Schema } | undefined;

  constructor(
    private readonly dataSource: FollowedDataSource,
    private readonly dialect: Dialect,
    private readonly follower: QueryFollower,
    private readonly parts: FollowingParts,
  ) {}

  /** Follows all query runners of the data source: those that exist, and those to come. */
  start(): void {
    const { driver } = this.dataSource;
    this.followCreated(this.dataSource);
    this.followCreated(driver);
    const { queryRunner, connectedQueryRunners = [] } = driver as {
      readonly queryRunner?: QueryRunner;
      readonly connectedQueryRunners?: readonly QueryRunner[];
    };
    for (const runner of [queryRunner, ...connectedQueryRunners]) if (runner !== undefined) this.follow(runner);
    this.watchOwnCache();
  }

  private followCreated(creator: { createQueryRunner: (...args: never[]) => unknown }): void {
    const create = creator.createQueryRunner;
    creator.createQueryRunner = (...args) => {
      const runner = create.apply(creator, args) as QueryRunner;
      this.follow(runner);
      return runner;
    };
  }

  private follow(runner: QueryRunner): void {
    if (this.followed.has(runner)) return;
    this.followed.add(runner);
    const transaction = new Transaction();
    const { query, stream, clearTable, commitTransaction } = runner;
    const sending =
      (send: SendQuery): SendQuery =>
      (sql, parameters, ...others) => {
        const { schema } = this;
        const sent = { sql, parameters: Array.isArray(parameters) ? (parameters as unknown[]) : [], transaction, schema };
        const run = (): Promise<unknown> => send.call(runner, sql, parameters, ...others);
        return this.follower.query({ ...sent, statements: schema.read(sql) }, run);
      };
    runner.query = sending(query);
    runner.stream = sending(stream);
    runner.clearTable = async (...args) => {
      transaction.isClearing = true;
      try {
        return await clearTable.apply(runner, args);
      } finally {
        transaction.isClearing = false;
      }
    };
    runner.commitTransaction = async () => {
      transaction.isCommittedByTypeOrm = true;
      try {
        await commitTransaction.call(runner);
        const { undelivered } = transaction;
        if (undelivered !== undefined) throw undelivered;
      } finally {
        transaction.isCommittedByTypeOrm = false;
        transaction.undelivered = undefined;
      }
    };
  }

  /** The tables of the entities. TypeORM knows them after `initialize`. */
  private get schema(): Schema {
    const { entityMetadatas: entities, driver } = this.dataSource;
    if (this.known?.entities !== entities) this.known = { entities, schema: new Schema(entities, driver, this.dialect) };
    return this.known.schema;
  }

  /** Prevents the storage of results that TypeORM reads from its own cache. */
  private watchOwnCache(): void {
    const own = this.dataSource.queryResultCache as { getFromCache: (...args: unknown[]) => unknown } | undefined;
    if (own === undefined) return;
    const { getFromCache } = own;
    own.getFromCache = (...args) => {
      this.parts.current.computations.running?.markUnfollowed(OWN_CACHE);
      return getFromCache.apply(own, args);
    };
  }
}
