/** Of some texts, the one that takes the fewest changed letters to get to. @returns `undefined` where there are none */
export function nearestText(text: string, others: readonly string[]): string | undefined {
  const distances = others.map(other => ({ other, distance: distanceOf(text, other) }));
  return distances.sort((one, another) => one.distance - another.distance)[0]?.other;
}

/** Levenshtein's: letters to insert, to delete or to replace. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
