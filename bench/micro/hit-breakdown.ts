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

/** Something that is measured, done so many times in one go: a clock is too coarse for one time. */
export const TIMES = 100;

/** One of the things that are measured. */
export interface Part {
  readonly name: string;
  /** Makes ready what the next go takes, without being timed. */
  readonly prepare?: () => void;
  /** Does it TIMES times. */
  readonly run: () => unknown;
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
  store.save(address, entry, store.lease(address));
}

/** The parts of a hit and of a miss, an invalidation, and what they compare with. */
export async function parts(): Promise<readonly Part[]> {
  return [await keyPart(), lookUpPart(), replayPart(), ...recordingParts(), invalidationPart(), ...(await wholes())];
}

async function keyPart(): Promise<Part> {
  const { action, call } = await captureCall(URL_OF_HIT);
  const config = resolveConfig({});
  return {
    name: 'key: one path and one query parameter',
    run: () => {
      for (let time = 0; time < TIMES; time++) deriveKey(action, call, config);
    },
  };
}

function lookUpPart(): Part {
  const store = new SimpleStore();
  const addresses = Array.from({ length: ENTRIES }, (_, index) => addressOf(index, 0));
  for (const address of addresses) save(store, address);
  let next = 0;
  return {
    name: `look-up: a hit among ${ENTRIES.toLocaleString('en')} entries of the simple store`,
    run: () => {
      for (let time = 0; time < TIMES; time++) store.lookup(addresses[(next += 7) % ENTRIES]!);
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
  };
}

/** What a response of Express costs as it is, and recorded: Express has exchanged its prototype, which makes each change to it dear. */
function recordingParts(): Part[] {
  const prototype = express().response as object;
  const listener: RecorderListener = {
    onHead: () => 'send',
    onEnd: () => undefined,
    onComplete: () => undefined,
    onOverflow: () => undefined,
    onFault: () => undefined,
    onClose: () => undefined,
  };
  const sending = (name: string, prepareOne: (response: ServerResponse) => unknown): Part => {
    let responses: ServerResponse[] = [];
    return {
      name,
      prepare: () => {
        responses = Array.from({ length: TIMES }, () => exchangeOf('/').response);
        for (const response of responses) Object.setPrototypeOf(response.setHeader('X-Powered-By', 'Express'), prototype);
      },
      run: () => {
        for (const response of responses) {
          prepareOne(response);
          response.setHeader('Content-Type', 'application/json; charset=utf-8').end(entry.response.body);
        }
      },
    };
  };
  return [
    sending('sending: one header and 1,234 bytes into a response of Express', () => undefined),
    sending('recording: the same, recorded', response => new ResponseRecorder(response, 1_000_000, listener)),
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
  };
}

function fillGroup(store: SimpleStore, group: number): void {
  for (let member = 0; member < UNDER_PREFIX; member++) save(store, addressOf(group, member));
}

async function wholes(): Promise<Part[]> {
  const app = friendsApp();
  await inject(app, URL_OF_HIT);
  const whole = (name: string, url: string): Part => ({
    name,
    run: () => Promise.all(Array.from({ length: TIMES }, () => inject(app, url))),
  });
  const hits = cache.stats().hits;
  await inject(app, URL_OF_HIT);
  if (cache.stats().hits !== hits + 1) throw new Error('what is measured as a hit is none');
  return [
    whole('a whole hit, through Express and routing-controllers, without a network', URL_OF_HIT),
    whole('the same action without a cache', '/users/alice/uncached?limit=25'),
  ];
}
