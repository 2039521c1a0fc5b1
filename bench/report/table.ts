/** A column: its title, and its cells. Figures are right-aligned. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  readonly isFigure?: boolean;
}

/** Returns a table in markdown. All cells of a column have the same width, so that a terminal shows the table well too. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = columns.map(({ title, of }) => [title, ...rows.map(of)]);
  const widths = cells.map(column => Math.max(4, ...column.map(cell => cell.length)));
  const line = (index: number) =>
    columns.map(({ isFigure }, at) => {
      const cell = cells[at]![index]!;
      return isFigure ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
    });
  const rule = columns.map(({ isFigure }, at) => (isFigure ? `${'-'.repeat(widths[at]! - 1)}:` : '-'.repeat(widths[at]!)));
  return [line(0), rule, ...rows.map((_, index) => line(index + 1))].map(texts => `| ${texts.join(' | ')} |`).join('\n');
}
