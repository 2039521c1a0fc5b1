import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Contender, Running } from './contender.js';
import { freshPage, type RequestSpec } from './request-spec.js';

const REQUESTS = 10;

/** How often a contender may be asked until it has the response in its cache: a store may have to be connected first. */
const PRIMINGS = 50;
const BETWEEN_PRIMINGS_MS = 100;

/** Asks a contender a few times before it is timed. @returns what is wrong with its answers; empty: nothing */
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
  if (runs !== expected)
    mistakes.add(`its handler ran ${runs} times for ${REQUESTS} requests, and should have ${expected} times`);
  return [...mistakes];
}

/** Asks until an answer comes without the handler, where it should. */
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
  // Unlike fetch, it adds no Cache-Control to a conditional request: a cache may act on that.
  const response = await request(url + page, { headers });
  return { status: response.statusCode, type: String(response.headers['content-type']), text: await response.body.text() };
}

function mistakeIn({ asked }: RequestSpec, { status, type, text }: Answer, body: string): string | undefined {
  if (asked === 'conditional') return status === 304 && text === '' ? undefined : `it answered ${status} and not 304`;
  if (status !== 200) return `it answered ${status}`;
  if (text !== body) return `it answered ${text.length} other bytes than the handler gives`;
  return type.startsWith('application/json') ? undefined : `it answered as ${type}`;
}
