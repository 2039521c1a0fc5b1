import type { Attributes, TracerProvider } from '@opentelemetry/api';
import { CacheConfigError } from '../errors/cache-errors.js';
import { type OperationEvent, type OutcomeEvent, onCacheEvent } from '../events/channels.js';
import { unknownOptions } from '../errors/option-errors.js';
import { missingPeer } from '../errors/require-peer.js';
import { formatValue } from '../errors/format-value.js';

type Api = typeof import('@opentelemetry/api');

/** The options of `traceCache`. */
export interface CacheTracingOptions {
  /** The provider of the tracer. @default the global provider */
  readonly tracerProvider?: TracerProvider;
}

/**
 * Traces the cache with OpenTelemetry. The outcome of each request becomes attributes of the active span, such as that of the HTTP
 * server. Each operation of the store becomes a span. The function needs the package `@opentelemetry/api`.
 *
 * @returns a function that ends the tracing
 * @throws CacheConfigError for invalid options, or if the package is not installed
 *
 * @example
 * ```ts
 * const stop = traceCache();
 * ```
 */
export function traceCache(options: CacheTracingOptions = {}): () => void {
  const { tracerProvider } = checked(options);
  const api = loadApi();
  const tracing = new CacheTracing(api, tracerProvider ?? api.trace.getTracerProvider());
  const stops = [
    onCacheEvent('outcome', event => {
      tracing.outcome(event);
    }),
    onCacheEvent('operation', event => {
      tracing.operation(event);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function loadApi(): Api {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is used, by a call that bundlers find
    return require('@opentelemetry/api') as Api;
  } catch (error) {
    throw missingPeer('@opentelemetry/api', 'routing-controllers-cache/opentelemetry', error);
  }
}

class CacheTracing {
  private readonly tracer;

  constructor(
    private readonly api: Api,
    provider: TracerProvider,
  ) {
    this.tracer = provider.getTracer('routing-controllers-cache');
  }

  outcome({ outcome, action, path, reason, durationMs }: OutcomeEvent): void {
    const attributes: Attributes = {
      'cache.outcome': outcome,
      'cache.action': action,
      'cache.path': path,
      'cache.reason': reason,
    };
    const active = this.api.trace.getActiveSpan();
    if (active?.isRecording() === true) active.setAttributes(attributes);
    // The response may be sent, and its span may end, before a shared store confirms the save.
    else this.span('cache.outcome', durationMs, attributes).end(performance.now());
  }

  operation({ operation, durationMs, failed }: OperationEvent): void {
    const span = this.span(`cache.${operation}`, durationMs, { 'cache.operation': operation });
    if (failed) span.setStatus({ code: this.api.SpanStatusCode.ERROR });
    span.end(performance.now());
  }

  /** Starts a span that began `durationMs` ago. */
  private span(name: string, durationMs: number, attributes: Attributes): ReturnType<typeof this.tracer.startSpan> {
    return this.tracer.startSpan(name, { startTime: performance.now() - durationMs, attributes });
  }
}

/** @throws CacheConfigError with all mistakes */
function checked(options: CacheTracingOptions): CacheTracingOptions {
  const { tracerProvider } = options;
  const mistakes = unknownOptions(options, ['tracerProvider']);
  if (tracerProvider !== undefined && typeof (tracerProvider as Partial<TracerProvider>).getTracer !== 'function') {
    mistakes.push(
      `tracerProvider must be a TracerProvider, got ${formatValue(tracerProvider)}. Leave it out for the registered one.`,
    );
  }
  if (mistakes.length > 0) throw new CacheConfigError(mistakes.map(mistake => `traceCache: ${mistake}`));
  return options;
}
