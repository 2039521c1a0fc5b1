import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { ActionMetadata } from 'routing-controllers';
import { type Request, serverOptionsOf } from './action-call.js';
import type { Class } from '../classes/class-hierarchy.js';

/** The settings of an Express app that decide how a result is serialised. */
const APP_SETTINGS = ['json replacer', 'json spaces', 'json escape', 'views', 'view engine'] as const;

/**
 * Returns a short text for the processing of results by a server. Two servers in one process may serve one controller, one of them with
 * an interceptor that removes private fields. The text contains the source of functions and classes, which is the same in every
 * process that runs this program.
 */
export function serializationFingerprint(metadata: ActionMetadata, app: Request['app']): string {
  const { interceptors, classTransformer, classToPlainTransformOptions, defaults } = serverOptionsOf(metadata);
  const settings = [
    interceptors?.map((interceptor: Class | string) => [typeof interceptor, String(interceptor)]),
    classTransformer,
    classToPlainTransformOptions,
    defaults,
    APP_SETTINGS.map(name => String(app.get(name))),
  ];
  const text = inspect(settings, { depth: 5, maxArrayLength: null, maxStringLength: null });
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
