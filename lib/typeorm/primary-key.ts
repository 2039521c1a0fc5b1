import type { RowKey } from './sql/row-keys.js';
import type { Column, EntityTable, FollowedDataSource } from './data-source.js';

/** Returns the one text of all values that a column considers equal. @returns undefined if it is unknown */
type Canonical = (value: unknown) => string | undefined;

/** A longer text is not in a tag. */
const MAX_LENGTH = 200;

const INTEGERS = new Set('bigint bigserial int int2 int4 int8 integer mediumint serial smallint smallserial tinyint'.split(' '));
const TEXTS = new Set(['character varying', 'text', 'varchar']);
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** The primary key of a table. */
export class PrimaryKey {
  private constructor(
    /** The columns, in lower case. */
    readonly columns: readonly string[],
    private readonly canonicals: readonly Canonical[],
  ) {}

  /** @returns undefined if two unequal texts may be one key */
  static of({ primaryColumns }: EntityTable, driver: FollowedDataSource['driver']): PrimaryKey | undefined {
    // All processes have the same order.
    const columns = [...primaryColumns].sort((one, other) => (one.databaseName < other.databaseName ? -1 : 1));
    const canonicals = columns.map(column => canonicalOf(column, driver));
    if (columns.length === 0 || !canonicals.every(canonical => canonical !== undefined)) return undefined;
    return new PrimaryKey(
      columns.map(({ databaseName }) => databaseName.toLowerCase()),
      canonicals,
    );
  }

  /** Returns the text of a row, equal for equal keys. @returns undefined if it is unknown */
  textOf(row: RowKey, parameters: readonly unknown[]): string | undefined {
    const texts = row.map((source, position) =>
      this.canonicals[position]?.(source.kind === 'literal' ? source.value : parameters[source.index]),
    );
    if (!texts.every(text => text !== undefined)) return undefined;
    const text = texts.length === 1 ? texts[0] : JSON.stringify(texts);
    return text !== undefined && text.length <= MAX_LENGTH ? text : undefined;
  }
}

function canonicalOf(column: Column, driver: FollowedDataSource['driver']): Canonical | undefined {
  // A collation may make unequal texts equal.
  if (column.collation !== undefined || column.charset !== undefined) return undefined;
  const type = driver.normalizeType(column as never).toLowerCase();
  if (INTEGERS.has(type)) return canonicalInteger;
  if (TEXTS.has(type)) return canonicalText;
  return type === 'uuid' ? canonicalUuid : undefined;
}

function canonicalInteger(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  // `05` and `5` are one integer.
  return typeof value === 'string' && /^(?:0|-?[1-9]\d*)$/.test(value) ? value : undefined;
}

function canonicalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : canonicalInteger(value);
}

function canonicalUuid(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return UUID.test(text) ? text : undefined;
}
