/** So many at once that a store far away is not kept waiting, and so few that none of them comes too late for the others. */
const AT_ONCE = 100;

/** @returns what comes of each, in their order */
export async function inBatches<Item, Outcome>(
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    outcomes.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return outcomes;
}
