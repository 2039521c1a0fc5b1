/**
 * Returns the candidate with the smallest edit distance to a text.
 *
 * @param limit the largest distance. Default: none
 * @returns `undefined` if there is no such candidate
 */
export function nearestText(text: string, candidates: readonly string[], limit = Infinity): string | undefined {
  const distances = candidates.map(candidate => ({ candidate, distance: distanceOf(text, candidate) }));
  const near = distances.filter(({ distance }) => distance <= limit);
  return near.sort((one, other) => one.distance - other.distance)[0]?.candidate;
}

/** Returns the Levenshtein distance: the number of letters to insert, delete or replace. */
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
