/** The reason why the demo cannot start, as a sentence for its user. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
