import type { ServerResponse } from 'node:http';
import express from 'express';
import { resolveConfig } from '../../lib/options/resolve-config.js';
import { deriveKey } from '../../lib/actions/action-key.js';
import { replay } from '../../lib/http/replay.js';
import { ResponseRecorder, type RecorderListener } from '../../lib/http/response-recorder.js';
import { cache, SimpleStore, type Address, type Entry } from '../../lib/index.js';
import { exchangeOf, inject, type Exchange } from '../inject.js';
import { captureCall } from './captured-call.js';
import { friendsApp } from './friends-app.js';

/** The number of repetitions in one run. A clock is too coarse for a single one. */
export const TIMES = 100;

/** A measured part. */
export interface Part {
  readonly name: string;
  /** Prepares the next run. This time is not measured. */
  readonly prepare?: () => void;
  /** Repeats the part TIMES times. */
  readonly run: () => unknown;
  /** Checks the last run. This time is not measured. @throws Error if a repetition did not do the work that the name promises */
  readonly verify: () => void;
}

const URL_OF_HIT = '/users/alice/friends?limit=25';
const ENTRIES = 10_000;
/** Entries under one prefix that is invalidated. */
const UNDER_PREFIX = 10;

const entry: Entry = {
  response: {
    status: 200,
    statusMessage: undefined,
    headers: [
      { kind: 'set', name: 'Content-Type', value: 'application/json; charset=utf-8' },
      { kind: 'set', name: 'ETag', value: 'W/"4d2-0123456789abcdefghijklmnopq"' },
    ],
    body: Buffer.alloc(1234, '.'),
    isStreamed: false,
    callsNext: true,
  },
  storedAtMs: Date.now(),
  expiresAtMs: Infinity,
};

function addressOf(group: number, member: number): Address {
  const path = `/groups/${group}/members/${member}`;
  return { key: path, path: { path, ignoresCase: false } };
}

function save(store: SimpleStore, address: Address): void {
  if (!store.save(address, entry, store.lease(address).lease)) throw new Error(`The store refuses ${address.key}.`);
}

/** @throws Error if not all repetitions of a run did their work */
function expectAll(done: number, work: string): void {
  if (done !== TIMES) throw new Error(`${done} of ${TIMES} repetitions ${work}.`);
}

/** Returns the parts of a hit and of a miss, an invalidation, and the requests to compare them with. */
export async function parts(): Promise<readonly Part[]> {
  return [await keyPart(), lookUpPart(), replayPart(), ...recordingParts(), invalidationPart(), ...(await wholes())];
}

async function keyPart(): Promise<Part> {
  const { action, call } = await captureCall(URL_OF_HIT);
  const config = resolveConfig({});
  let keys = 0;
  return {
    name: 'key: one path and one query parameter',
    run: () => {
      keys = 0;
      for (let time = 0; time < TIMES; time++) if (deriveKey(action, call, config).kind === 'key') keys++;
    },
    verify: () => {
      expectAll(keys, 'derived a key');
    },
  };
}

function lookUpPart(): Part {
  const store = new SimpleStore();
  const addresses = Array.from({ length: ENTRIES }, (_, index) => addressOf(index, 0));
  for (const address of addresses) save(store, address);
  let next = 0;
  let hits = 0;
  return {
    name: `look-up: a hit among ${ENTRIES.toLocaleString('en')} entries of the simple store`,
    run: () => {
      hits = 0;
      for (let time = 0; time < TIMES; time++) if (store.lookup(addresses[(next += 7) % ENTRIES]!).kind === 'hit') hits++;
    },
    verify: () => {
      expectAll(hits, 'hit');
    },
  };
}

function replayPart(): Part {
  let exchanges: Exchange[] = [];
  const conclude = (response: ServerResponse) => () =>
    response.setHeader('Cache-Status', 'routing-controllers-cache; hit; ttl=57');
  const rules = { varyHeaders: [], clientTimeout: 0, isPrivate: false };
  return {
    name: 'replay: two headers and 1,234 bytes into a response of Node',
    prepare: () => {
      exchanges = Array.from({ length: TIMES }, () => exchangeOf('/'));
    },
    run: () => {
      for (const { request, response } of exchanges) replay(request, response, entry.response, rules, 3, conclude(response));
    },
    verify: () => {
      const { length } = entry.response.body;
      expectAll(
        exchanges.filter(({ response }) => isSent(response) && response.getHeader('content-length') === length).length,
        'sent the stored response',
      );
    },
  };
}

function isSent(response: ServerResponse): boolean {
  return response.statusCode === 200 && response.writableEnded;
}

/**
 * Measures a response of Express without and with a recorder. Express replaces the prototype of a response, so V8 has no hidden
 * class for it, and each change of it is slow.
 */
function recordingParts(): Part[] {
  const prototype = express().response as object;
  let recorded = 0;
  const listener: RecorderListener = {
    onHead: () => 'send',
    onEnd: () => {
      recorded++;
    },
    onComplete: () => undefined,
    onOverflow: () => undefined,
    onFault: () => undefined,
    onClose: () => undefined,
  };
  const sending = (name: string, expectedRecordings: number, prepareOne: (response: ServerResponse) => unknown): Part => {
    let responses: ServerResponse[] = [];
    return {
      name,
      prepare: () => {
        recorded = 0;
        responses = Array.from({ length: TIMES }, () => exchangeOf('/').response);
        for (const response of responses) Object.setPrototypeOf(response.setHeader('X-Powered-By', 'Express'), prototype);
      },
      run: () => {
        for (const response of responses) {
          prepareOne(response);
          response.setHeader('Content-Type', 'application/json; charset=utf-8').end(entry.response.body);
        }
      },
      verify: () => {
        expectAll(responses.filter(isSent).length, 'sent a response');
        if (recorded !== expectedRecordings) throw new Error(`${name}: ${recorded} recordings, not ${expectedRecordings}.`);
      },
    };
  };
  return [
    sending('sending: one header and 1,234 bytes into a response of Express', 0, () => undefined),
    sending('recording: the same, recorded', TIMES, response => new ResponseRecorder(response, 1_000_000, listener)),
  ];
}

function invalidationPart(): Part {
  const store = new SimpleStore();
  for (let group = TIMES; group < ENTRIES / UNDER_PREFIX; group++) fillGroup(store, group);
  const targets = Array.from({ length: TIMES }, (_, group) => ({ prefixes: [`/groups/${group}`] }));
  return {
    name: `invalidation: a prefix with ${UNDER_PREFIX} of ${ENTRIES.toLocaleString('en')} entries of the simple store`,
    prepare: () => {
      for (let group = 0; group < TIMES; group++) fillGroup(store, group);
    },
    run: () => {
      for (const target of targets) store.invalidate(target);
    },
    verify: () => {
      const { entries } = store.size();
      if (entries !== ENTRIES - TIMES * UNDER_PREFIX) throw new Error(`${entries} entries remain after ${TIMES} invalidations.`);
    },
  };
}

function fillGroup(store: SimpleStore, group: number): void {
  for (let member = 0; member < UNDER_PREFIX; member++) save(store, addressOf(group, member));
}

async function wholes(): Promise<Part[]> {
  const app = friendsApp();
  await inject(app, URL_OF_HIT);
  const whole = (name: string, url: string, expectedHits: number): Part => {
    let hitsBefore = 0;
    let statuses: readonly number[] = [];
    return {
      name,
      prepare: () => {
        hitsBefore = cache.stats().hits;
      },
      run: async () => {
        statuses = await Promise.all(Array.from({ length: TIMES }, () => inject(app, url)));
      },
      verify: () => {
        expectAll(statuses.filter(status => status === 200).length, 'sent a response');
        const hits = cache.stats().hits - hitsBefore;
        if (hits !== expectedHits) throw new Error(`${name}: ${hits} hits, not ${expectedHits}.`);
      },
    };
  };
  return [
    whole('a whole hit, through Express and routing-controllers, without a network', URL_OF_HIT, TIMES),
    whole('the same action without a cache', '/users/alice/uncached?limit=25', 0),
  ];
}
