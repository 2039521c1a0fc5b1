import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Contender, Running } from './contender.js';
import { freshPage, type RequestSpec } from './request-spec.js';

const REQUESTS = 10;

/** The highest number of requests until the response is in the cache. A store may have to connect first. */
const PRIMINGS = 50;
const BETWEEN_PRIMINGS_MS = 100;

/** Checks some responses of a contender before the measurement. @returns the mistakes, empty if there are none */
export async function wrongAnswers(
  contender: Contender,
  running: Running,
  requestSpec: RequestSpec,
  body: string,
): Promise<string[]> {
  const mistakes = new Set<string>();
  await prime(contender, running, requestSpec);
  const before = await running.counters();
  for (let count = 0; count < REQUESTS; count++) {
    const mistake = mistakeIn(requestSpec, await ask(requestSpec), body);
    if (mistake !== undefined) mistakes.add(mistake);
  }
  const runs = (await running.counters()).runs - before.runs;
  const expected = contender.answering === 'run' ? REQUESTS : 0;
  if (runs !== expected) mistakes.add(`its handler ran ${runs} times for ${REQUESTS} requests, not ${expected} times`);
  return [...mistakes];
}

/** Sends requests until a contender with a cache answers without its handler. */
async function prime({ answering }: Contender, running: Running, requestSpec: RequestSpec): Promise<void> {
  for (let priming = 0; priming < PRIMINGS; priming++) {
    const { runs } = await running.counters();
    await ask(requestSpec);
    if (answering === 'run' || (await running.counters()).runs === runs) return;
    await sleep(BETWEEN_PRIMINGS_MS);
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function ask({ url, headers, asked }: RequestSpec): Promise<Answer> {
  const page = asked === 'growing' ? `?page=${freshPage(1)}` : '';
  // `fetch` would add Cache-Control to a conditional request, and a cache may act on that.
  const response = await request(url + page, { headers });
  return { status: response.statusCode, type: String(response.headers['content-type']), text: await response.body.text() };
}

function mistakeIn({ asked }: RequestSpec, { status, type, text }: Answer, body: string): string | undefined {
  if (asked === 'conditional') return status === 304 && text === '' ? undefined : `it answered ${status} and not 304`;
  if (status !== 200) return `it answered ${status}`;
  if (text !== body) return `its body of ${text.length} bytes is not that of the handler`;
  return type.startsWith('application/json') ? undefined : `it answered as ${type}`;
}
