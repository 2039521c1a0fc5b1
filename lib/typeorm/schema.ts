import { LRUCache } from 'lru-cache';
import type { EntityTable, FollowedDataSource } from './data-source.js';
import { PrimaryKey } from './primary-key.js';
import type { RowKey } from './sql/row-keys.js';
import { statementsOf, type Statement } from './sql/statements.js';
import type { Dialect } from './sql/tokens.js';

/** The maximum number of statements that are kept after they were read. */
const MAX_STATEMENTS = 500;

/** A change of rows that may reach the tables that refer to them. */
type ReachingChange = 'delete' | 'update' | 'update-row' | 'truncate';

/** A reference of one table to another. */
interface Reference {
  /** The table that has the foreign key. */
  readonly from: string;
  readonly deletes: boolean;
  readonly changesOnDelete: boolean;
  readonly changesOnUpdate: boolean;
  /** True if it refers to a column that an update of a row by its primary key may change. */
  readonly isToOtherColumns: boolean;
}

/** A table of the entities of a data source. */
interface Table {
  readonly isView: boolean;
  /** True if TypeORM itself writes SQL for it. */
  readonly isTree: boolean;
  /** Undefined if it is unknown which keys are equal. */
  readonly key: PrimaryKey | undefined;
  readonly references: Reference[];
}

/** The tables of the entities of a data source, by their names without qualifiers, in lower case. */
export class Schema {
  private readonly tables = new Map<string, Table>();
  private readonly statements = new LRUCache<string, readonly Statement[]>({ max: MAX_STATEMENTS });

  constructor(
    entities: readonly EntityTable[],
    driver: FollowedDataSource['driver'],
    private readonly dialect: Dialect,
  ) {
    for (const entity of entities) this.addTable(entity, driver);
    for (const entity of entities) this.addReferences(entity);
  }

  /** Reads the statements of a text. */
  read(sql: string): readonly Statement[] {
    let statements = this.statements.get(sql);
    if (statements === undefined) {
      statements = statementsOf(sql, this.dialect, table => this.tables.get(table)?.key?.columns);
      this.statements.set(sql, statements);
    }
    return statements;
  }

  has(table: string): boolean {
    return this.tables.has(table);
  }

  isView(table: string): boolean {
    return this.tables.get(table)?.isView === true;
  }

  /** True if TypeORM itself writes SQL for the table, for the order of a tree. */
  isTree(table: string): boolean {
    return this.tables.get(table)?.isTree === true;
  }

  /** Returns the texts of the rows of a statement, equal for equal primary keys. @returns undefined if one is unknown */
  rowTextsOf(
    { table, rows }: { readonly table: string; readonly rows: readonly RowKey[] | undefined },
    parameters: readonly unknown[],
  ): readonly string[] | undefined {
    const key = this.tables.get(table)?.key;
    const texts = rows?.map(row => key?.textOf(row, parameters));
    return texts?.every(text => text !== undefined) === true ? texts : undefined;
  }

  /**
   * Returns the tables in which the database changes rows when rows of a table are deleted or updated. `update-row`: the update sets
   * no column of the primary key.
   */
  reachedFrom(table: string, kind: ReachingChange): ReadonlySet<string> {
    const reached = new Set<string>();
    const seen = new Set<string>();
    const pending: { readonly table: string; readonly kind: ReachingChange }[] = [{ table, kind }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const reference of this.tables.get(next.table)?.references ?? []) {
        const { from } = reference;
        const isSame = next.kind === 'truncate' || (next.kind === 'delete' && reference.deletes);
        const kindThere = isSame ? next.kind : 'update';
        if (!isReached(reference, next.kind) || seen.has(`${kindThere} ${from}`)) continue;
        seen.add(`${kindThere} ${from}`);
        reached.add(from);
        pending.push({ table: from, kind: kindThere });
      }
    }
    return reached;
  }

  private addTable(entity: EntityTable, driver: FollowedDataSource['driver']): void {
    const name = entity.tableName.toLowerCase();
    const key = PrimaryKey.of(entity, driver);
    const known = this.tables.get(name);
    const isTree = entity.treeType === 'nested-set' || entity.tableType === 'closure-junction' || known?.isTree === true;
    // Entities of one table, or of tables with one name in two schemas.
    const isSameKey = known === undefined || known.key?.columns.join() === key?.columns.join();
    const isView = entity.tableType === 'view' || known?.isView === true;
    this.tables.set(name, { isView, isTree, key: isSameKey ? key : undefined, references: known?.references ?? [] });
  }

  private addReferences({ tableName, foreignKeys }: EntityTable): void {
    for (const { referencedEntityMetadata, referencedColumns, onDelete, onUpdate } of foreignKeys) {
      this.tables.get(referencedEntityMetadata.tableName.toLowerCase())?.references.push({
        from: tableName.toLowerCase(),
        deletes: onDelete === 'CASCADE',
        changesOnDelete: changes(onDelete),
        changesOnUpdate: changes(onUpdate),
        isToOtherColumns: referencedColumns.some(({ isPrimary }) => !isPrimary),
      });
    }
  }
}

function isReached({ changesOnDelete, changesOnUpdate, isToOtherColumns }: Reference, kind: ReachingChange): boolean {
  switch (kind) {
    case 'truncate':
      return true;
    case 'delete':
      return changesOnDelete;
    case 'update':
      return changesOnUpdate;
    case 'update-row':
      return changesOnUpdate && isToOtherColumns;
  }
}

function changes(action: string | undefined): boolean {
  return action === 'CASCADE' || action === 'SET NULL' || action === 'SET DEFAULT';
}
