import { LRUCache } from 'lru-cache';
import { misuse } from '../errors/cache-errors.js';
import type { FollowedDataSource } from './data-source.js';

/** The maximum number of texts. A dropped text counts as raw SQL. */
const MAX_TEXTS = 2000;

type Build = (this: Builder, ...args: unknown[]) => unknown;

/** A query builder. TypeORM 1 names its data source `dataSource`, TypeORM 0.3 `connection`. */
interface Builder {
  readonly dataSource?: object;
  readonly connection?: object;
}

/** The texts that the query builders of a data source have built. All other SQL is raw. */
export class BuiltStatements {
  private readonly texts = new LRUCache<string, true>({ max: MAX_TEXTS });

  add(sql: string): void {
    this.texts.set(sql, true);
  }

  has(sql: string): boolean {
    return this.texts.has(sql);
  }
}

const METHOD = 'getQueryAndParameters';
const byDataSource = new WeakMap<object, BuiltStatements>();
const watched = new WeakSet();

/**
 * Notes the texts that query builders build for a data source. All builders of a copy of TypeORM have the method from one prototype.
 *
 * @throws CacheUsageError if TypeORM has no such method
 */
export function watchBuilders(dataSource: FollowedDataSource): BuiltStatements {
  const built = new BuiltStatements();
  byDataSource.set(dataSource, built);
  let owner = dataSource.createQueryBuilder() as object | null;
  while (owner !== null && !Object.hasOwn(owner, METHOD)) owner = Object.getPrototypeOf(owner) as object | null;
  if (owner === null) throw misuse(`followEntities: the query builders have no ${METHOD}. Use TypeORM 0.3 or 1.`);
  if (watched.has(owner)) return built;
  watched.add(owner);
  const methods = owner as Record<typeof METHOD, Build>;
  const build = methods[METHOD];
  methods[METHOD] = function (...args) {
    const result = build.apply(this, args);
    const source = this.dataSource ?? this.connection;
    const texts = source && byDataSource.get(source);
    if (texts !== undefined && Array.isArray(result) && typeof result[0] === 'string') texts.add(result[0]);
    return result;
  };
  return built;
}
