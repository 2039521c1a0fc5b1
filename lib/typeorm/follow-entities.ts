import { processCache } from '../cache/process-cache.js';
import { misuse } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { InvalidationOptionRules } from '../options/invalidation-target.js';
import { optionMistakes } from '../options/option-mistakes.js';
import { watchBuilders } from './built-statements.js';
import type { FollowedDataSource } from './data-source.js';
import { FollowedRunners } from './followed-runners.js';
import { followedDataSources } from './followed-data-sources.js';
import { QueryFollower } from './query-follower.js';
import type { Dialect } from './sql/tokens.js';

/** The options of `followEntities`. */
export interface FollowOptions {
  /**
   * Seconds after a change in which the responses that it covers are computed and not stored: the time by which a replica may lag.
   * A data source with `replication` needs it; `0` if its replicas never lag.
   *
   * @default 0
   */
  readonly settle?: number;
}

/** The dialects by the `type` of a data source. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  'better-sqlite3': 'sqlite',
  sqlite: 'sqlite',
  sqljs: 'sqlite',
  postgres: 'postgres',
};

/**
 * Follows a data source of TypeORM. The reads of a `@Cached({ tags: 'derived' })` action or a `@Memoized({ tags: 'derived' })` method
 * become its tags: the row of an entity that it loads by its primary key, and the table of each other read. The library announces
 * the changes of a transaction before its commit and invalidates after it. A rollback invalidates nothing.
 *
 * Call it once for each data source, in each process that changes its data, before the first query.
 *
 * @throws CacheUsageError if the data source is none of TypeORM, is followed already, has another database than SQLite and PostgreSQL,
 * or reads from replicas without `settle`
 *
 * @example
 * ```ts
 * const dataSource = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, entities: [User] });
 * followEntities(dataSource);
 * ```
 */
export function followEntities(dataSource: FollowedDataSource, options: FollowOptions = {}): void {
  const dialect = dialectOf(dataSource);
  const mistakes = optionMistakes(options, new InvalidationOptionRules());
  if (followedDataSources.has(dataSource)) mistakes.push('the data source is followed already. Call it once.');
  if (dataSource.options.replication !== undefined && options.settle === undefined)
    mistakes.push('the data source reads from replicas. Write settle: 2, the seconds by which they may lag.');
  if (mistakes.length > 0) throw misuse(...mistakes.map(mistake => `followEntities: ${mistake}`));
  const built = watchBuilders(dataSource);
  processCache.current.computations.startFollowing();
  const follower = new QueryFollower(processCache, built, (options.settle ?? 0) * 1000);
  new FollowedRunners(dataSource, dialect, follower, processCache).start();
  followedDataSources.add(dataSource);
}

function dialectOf(dataSource: FollowedDataSource): Dialect {
  const { options, createQueryRunner } = dataSource as Partial<FollowedDataSource>;
  if (options === undefined || typeof createQueryRunner !== 'function')
    throw misuse(`followEntities: ${formatValue(dataSource)} is no data source of TypeORM. Write new DataSource({ … }).`);
  const dialect = Object.hasOwn(DIALECTS, options.type) ? DIALECTS[options.type] : undefined;
  if (dialect !== undefined) return dialect;
  const known = Object.keys(DIALECTS).join(', ');
  throw misuse(
    `followEntities: the library cannot follow the SQL of ${formatValue(options.type)}. It follows ${known}. Write tags and @InvalidatesCache for this data source.`,
  );
}
