/** What Memcached answers to a command whose condition does not hold: nothing failed, and nothing was done. */
const CONDITION_FAILED = ['NOT_STORED', 'EXISTS', 'NOT_FOUND'];

/** Whether a command was rejected by such an answer, as the client hands it on. */
export function isConditionFailed(error: unknown): boolean {
  const [word = ''] = (error as { cmdTokens?: readonly string[] }).cmdTokens ?? [];
  return CONDITION_FAILED.includes(word);
}
