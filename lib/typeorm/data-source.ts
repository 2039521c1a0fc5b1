/* The parts of TypeORM 0.3 and 1 that the library uses. */

/** A column of an entity. */
export interface Column {
  readonly databaseName: string;
  readonly type: unknown;
  readonly length?: string;
  readonly collation?: string;
  readonly charset?: string;
}

/** A foreign key of a table. */
interface ForeignKey {
  readonly referencedEntityMetadata: { readonly tableName: string };
  readonly referencedColumns: readonly { readonly isPrimary: boolean }[];
  readonly onDelete?: string;
  readonly onUpdate?: string;
}

/** An entity, a junction table or a view. */
export interface EntityTable {
  readonly name: string;
  readonly target: unknown;
  readonly tableName: string;
  readonly tableType: string;
  readonly treeType?: string;
  readonly primaryColumns: readonly Column[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** Sends SQL. */
export type SendQuery = (sql: string, parameters?: unknown, ...others: unknown[]) => Promise<unknown>;

/** A query runner of TypeORM. Each statement goes through one of its methods. */
export interface QueryRunner {
  query: SendQuery;
  stream: SendQuery;
  clearTable: (...args: unknown[]) => Promise<unknown>;
  commitTransaction: () => Promise<void>;
}

/** The driver of a data source. */
interface Driver {
  createQueryRunner: (...args: never[]) => unknown;
  normalizeType(column: never): string;
}

/** A data source of TypeORM. */
export interface FollowedDataSource {
  readonly options: { readonly type: string; readonly replication?: unknown };
  readonly driver: Driver;
  readonly entityMetadatas: readonly EntityTable[];
  createQueryRunner: (...args: never[]) => unknown;
  createQueryBuilder: (...args: never[]) => unknown;
  readonly queryResultCache?: unknown;
}
