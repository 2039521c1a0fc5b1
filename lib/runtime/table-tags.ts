/**
 * The tags of tables and rows of a database that the library follows. A change invalidates the tags of a table in a way that fits
 * the reads of it:
 *
 * | tag       | a computation has it if it …               | a change invalidates it if it …            |
 * | --------- | ------------------------------------------ | ------------------------------------------ |
 * | `named`   | reads the table in a way that code names   | changes the table                          |
 * | `any`     | reads rows that no primary key names       | changes the table                          |
 * | `row`     | reads the row of a primary key             | changes that row                           |
 * | `bulk`    | reads the row of any primary key           | changes rows whose primary key is unknown  |
 * | `new`     | may have found no row for a primary key    | adds a row whose primary key is unknown    |
 */
const TABLES = '//table/';

/** The mark of a computation whose reads cannot be followed. No change invalidates it. */
const UNFOLLOWED = '//unfollowed ';

const ROW_TAG = /^(\/\/table\/[^ ]* )\((?!\*\)$).*\)$/s;
const TABLE_TAG = /^\/\/table\/([^ ]*)/;

/** The first space of a tag ends the name of the table, so a space in the name is encoded. */
export function namedTableTag(table: string): string {
  return TABLES + table.replace(/[% ]/g, encodeURIComponent);
}

export function isNamedTableTag(tag: string): boolean {
  return tag.startsWith(TABLES) && !tag.includes(' ');
}

/** Returns the table of a tag. @returns undefined if the tag is not one of a table or its rows */
export function tableOfTag(tag: string): string | undefined {
  return TABLE_TAG.exec(tag)?.[1]?.replace(/%2[05]/g, decodeURIComponent);
}

export function anyRowTag(table: string): string {
  return `${namedTableTag(table)} (*)`;
}

/** @param row the text of the primary key */
export function rowTag(table: string, row: string): string {
  return `${namedTableTag(table)} (${row})`;
}

export function bulkTag(table: string): string {
  return `${namedTableTag(table)} bulk`;
}

export function newRowTag(table: string): string {
  return `${namedTableTag(table)} new`;
}

/** Returns the tag of any row of the same table. @returns undefined if the tag is not the tag of one row */
export function coarseRowTag(tag: string): string | undefined {
  const ofTable = ROW_TAG.exec(tag)?.[1];
  return ofTable === undefined ? undefined : `${ofTable}(*)`;
}

/** @param reason the reason why the reads cannot be followed, with the remedy */
export function unfollowedTag(reason: string): string {
  return `${UNFOLLOWED}${reason}`;
}

/** Returns the tags without the marks of reads that cannot be followed. */
export function withoutMarks(tags: readonly string[]): readonly string[] {
  return tags.some(isMark) ? tags.filter(tag => !isMark(tag)) : tags;
}

function isMark(tag: string): boolean {
  return tag.startsWith(UNFOLLOWED);
}

/**
 * Finds the reason why a result with derived tags may not be stored: a change of its data could miss it.
 *
 * @param tags the tags of its computation
 * @param isFollowing true if the process follows a database
 * @returns undefined if the changes of its data reach it
 */
export function underivedReason(tags: readonly string[], isFollowing: boolean): string | undefined {
  const mark = tags.find(isMark);
  if (mark !== undefined) return mark.slice(UNFOLLOWED.length);
  if (tags.some(tag => tag.startsWith(TABLES))) return undefined;
  return isFollowing
    ? "tags: 'derived' found no query of a followed data source in it"
    : "tags: 'derived' needs followEntities(dataSource) of routing-controllers-cache/typeorm in this process";
}
