import { misuse } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { namedTableTag } from '../runtime/table-tags.js';
import type { EntityTable, FollowedDataSource } from './data-source.js';
import { tagsOfTable } from './changed-tags.js';

/** The followed data sources of the process. */
class FollowedDataSources {
  private readonly followed = new Set<FollowedDataSource>();

  has(dataSource: FollowedDataSource): boolean {
    return this.followed.has(dataSource);
  }

  add(dataSource: FollowedDataSource): void {
    this.followed.add(dataSource);
  }

  /** Returns the name of the table of an entity. A text that names no entity is the name of a table. */
  tableOf(call: string, entity: string | object): string {
    const entities = [...this.followed].flatMap(({ entityMetadatas }) => entityMetadatas);
    const found = entities.find(candidate => isMeant(candidate, entity));
    if (found !== undefined) return found.tableName.toLowerCase();
    if (typeof entity === 'string' && entity !== '') return (entity.split('.').at(-1) ?? entity).toLowerCase();
    throw misuse(
      `${call}: ${formatValue(entity)} is no entity of a followed data source. Call followEntities(dataSource) and dataSource.initialize() before, or write the name of the table.`,
    );
  }
}

export const followedDataSources = new FollowedDataSources();

function isMeant({ target, name, tableName }: EntityTable, entity: string | object): boolean {
  return target === entity || name === entity || (typeof entity === 'string' && tableName.toLowerCase() === entity.toLowerCase());
}

/**
 * Returns the tag of a table, for SQL that the library cannot follow. A computation with the tag is invalidated by each change of the
 * table.
 *
 * @param entity the class of an entity, its name, or the name of a table
 * @throws CacheUsageError if the class is no entity of a followed data source
 *
 * @example
 * ```ts
 * cache.tag(table('users'));
 * const count = await dataSource.query('SELECT count(*) FROM users');
 * ```
 */
export function table(entity: string | object): string {
  return namedTableTag(followedDataSources.tableOf('table', entity));
}

/**
 * Returns the target of a change of whole tables, for `cache.changing`, `@InvalidatesCache` and `cache.invalidateTags`.
 *
 * @param entities the classes of entities, their names, or the names of tables
 * @throws CacheUsageError as `table`
 *
 * @example
 * ```ts
 * await cache.changing(tables('users'), () => dataSource.query('CALL delete_inactive_users()'));
 * ```
 */
export function tables(...entities: readonly (string | object)[]): { readonly tags: readonly string[] } {
  if (entities.length === 0) throw misuse("tables: name at least one table. Write tables('users').");
  return { tags: entities.flatMap(entity => tagsOfTable(followedDataSources.tableOf('tables', entity))) };
}
