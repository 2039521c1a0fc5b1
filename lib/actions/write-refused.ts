import { HttpError } from 'routing-controllers';

/** Answers a change that must not be made, or not be acknowledged, while the store cannot be reached: 503, with `Retry-After`. */
export class WriteRefused extends HttpError {
  override readonly name = 'ChangeRefused';

  constructor() {
    super(503, 'The change was not made, because the cache could not be reached.');
  }
}
