import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import { onCacheEvent } from '../../lib/index.js';
import { traceCache } from '../../lib/opentelemetry.js';
import { cacheMetrics } from '../../lib/prometheus.js';

/** Who listens while hits are measured. */
export interface Listening {
  readonly name: string;
  /** @returns ends it */
  readonly begin: () => () => void;
}

const ignore = (): undefined => undefined;

/** The first is what the others are held against. */
export const listenings: readonly Listening[] = [
  { name: 'nobody', begin: () => ignore },
  // The same once more: how far apart two measurements of one thing are.
  { name: 'nobody, once more', begin: () => ignore },
  { name: "`onCacheEvent('outcome', …)`, which ignores it", begin: () => onCacheEvent('outcome', ignore) },
  { name: '`cacheMetrics()`', begin: () => cacheMetrics({ register: new Registry() }) },
  {
    name: '`traceCache()`, whose spans nobody exports',
    begin: () => {
      trace.disable();
      return traceCache({ tracerProvider: new BasicTracerProvider() });
    },
  },
];
