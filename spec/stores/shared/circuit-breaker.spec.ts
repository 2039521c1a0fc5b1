import { CircuitBreaker, StoreUnreachable } from '../../../lib/stores/shared/circuit-breaker.js';
import { Deferred } from '../../support/deferred.js';
import { recordEvents, unsubscribeAll } from '../../support/recorded-events.js';

const RECOVERY_MS = 1000;

interface Report {
  readonly what: string;
  readonly cause: unknown;
}

let reports: Report[];
let healthCheck: jest.Mock<Promise<unknown>, []>;
let reachability: CircuitBreaker;

const fail = () => Promise.reject(new Error('gone'));

async function failTimes(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await expect(reachability.run('it failed', fail)).rejects.toThrow(StoreUnreachable);
}

beforeEach(() => {
  // A deadline lets the real event loop poll once more.
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  reports = [];
  healthCheck = jest.fn(() => Promise.resolve());
  reachability = new CircuitBreaker({
    timeoutMs: 250,
    healthCheck,
    reportFault: (_code, what, cause) => reports.push({ what, cause }),
  });
});

afterEach(() => {
  void reachability.close();
  jest.useRealTimers();
});

describe('a store that is reached', () => {
  it('returns the result of the operation', async () => {
    expect(await reachability.run('it failed', () => Promise.resolve('value'))).toBe('value');
    expect(reports).toEqual([]);
  });

  it('reports each failure with its cause, as an unreachable store', async () => {
    const cause = new Error('gone');
    const failure = await reachability.run('it failed', () => Promise.reject(cause)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnreachable);
    expect((failure as Error).cause).toBe(cause);
    expect(reports).toEqual([{ what: 'it failed', cause }]);
  });

  it('waits no longer than it may, and leaves an answer that comes later alone', async () => {
    const answer = new Deferred<string>();
    let outcome = 'waiting';
    const run = reachability
      .run('it failed', () => answer.promise)
      .then(
        () => (outcome = 'answered'),
        () => (outcome = 'failed'),
      );
    await jest.advanceTimersByTimeAsync(249);
    expect(outcome).toBe('waiting');
    await jest.advanceTimersByTimeAsync(1);
    expect(outcome).toBe('failed');
    answer.resolve('late');
    await run;
    expect(outcome).toBe('failed');
    expect(reports).toHaveLength(1);
  });

  it('lets failures that are not one after the other pass', async () => {
    for (let round = 0; round < 5; round++) {
      await failTimes(2);
      await reachability.run('it failed', () => Promise.resolve());
    }
    expect(reachability.isClosed).toBe(true);
  });

  it('adds no listener to a shared signal, of which Node would warn for many operations at once', async () => {
    const listen = jest.spyOn(EventTarget.prototype, 'addEventListener');
    const gate = new Deferred();
    const runs = Array.from({ length: 20 }, () => reachability.run('it failed', () => gate.promise));
    await jest.advanceTimersByTimeAsync(1);
    const { contexts } = listen.mock;
    listen.mockRestore();
    gate.resolve();
    await Promise.all(runs);
    expect(contexts).toEqual([]);
  });
});

describe('a store that fails three times one after the other', () => {
  it('is left alone: it costs nothing, and is not reported again', async () => {
    await failTimes(3);
    expect(reachability.isClosed).toBe(false);
    const operation = jest.fn(fail);
    await expect(reachability.run('it failed', operation)).rejects.toThrow(StoreUnreachable);
    expect(operation).not.toHaveBeenCalled();
    expect(reports).toHaveLength(3);
  });

  it('is reported at most as often as it was tried, when many fail at once', async () => {
    const gate = new Deferred();
    const runs = Array.from({ length: 10 }, () => reachability.run('it failed', () => gate.promise));
    gate.reject(new Error('gone'));
    const outcomes = await Promise.allSettled(runs);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(reports.length).toBeLessThanOrEqual(10);
    expect(reachability.isClosed).toBe(false);
  });

  it('is probed once a second until it answers, and asked again from then on', async () => {
    healthCheck.mockImplementation(fail);
    await failTimes(3);
    await jest.advanceTimersByTimeAsync(RECOVERY_MS - 1);
    expect(healthCheck).toHaveBeenCalledTimes(0);
    for (let tries = 1; tries <= 3; tries++) {
      await jest.advanceTimersByTimeAsync(tries === 1 ? 1 : RECOVERY_MS);
      expect(healthCheck).toHaveBeenCalledTimes(tries);
      expect(reachability.isClosed).toBe(false);
    }
    healthCheck.mockResolvedValue(undefined);
    await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    expect(reachability.isClosed).toBe(true);
    expect(await reachability.run('it failed', () => Promise.resolve('back'))).toBe('back');
    await jest.advanceTimersByTimeAsync(10 * RECOVERY_MS);
    expect(healthCheck).toHaveBeenCalledTimes(4);
  });

  it('is probed again when the probe hangs', async () => {
    healthCheck.mockImplementation(() => new Deferred().promise);
    await failTimes(3);
    await jest.advanceTimersByTimeAsync(RECOVERY_MS + 250 + RECOVERY_MS);
    expect(healthCheck).toHaveBeenCalledTimes(2);
  });

  it('may fail again once it is back', async () => {
    await failTimes(3);
    await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    await failTimes(3);
    expect(reachability.isClosed).toBe(false);
    await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    expect(reachability.isClosed).toBe(true);
  });

  it('is not probed any more once the cache is closed', async () => {
    await failTimes(3);
    void reachability.close();
    await jest.advanceTimersByTimeAsync(10 * RECOVERY_MS);
    expect(healthCheck).not.toHaveBeenCalled();
  });

  it('is not probed when it fails after the cache was closed', async () => {
    void reachability.close();
    await failTimes(3);
    await jest.advanceTimersByTimeAsync(10 * RECOVERY_MS);
    expect(healthCheck).not.toHaveBeenCalled();
  });
});

describe('closing', () => {
  it('waits for running operations, and for operations that follow from them', async () => {
    const [first, second] = [new Deferred(), new Deferred()];
    const ended: string[] = [];
    const following = reachability
      .run('it failed', () => first.promise)
      .then(() => reachability.run('it failed', () => second.promise))
      .then(() => ended.push('under way'));
    const closing = reachability.close().then(() => ended.push('closed'));
    first.resolve();
    await jest.advanceTimersByTimeAsync(0);
    expect(ended).toEqual([]);
    second.resolve();
    await Promise.all([following, closing]);
    expect(ended).toEqual(['under way', 'closed']);
    expect(reports).toEqual([]);
  });

  it('waits no longer than an operation may take', async () => {
    const hanging = reachability.run('it failed', () => new Promise(() => undefined)).catch((error: unknown) => error);
    const closing = reachability.close();
    await jest.advanceTimersByTimeAsync(250);
    await closing;
    expect(await hanging).toBeInstanceOf(StoreUnreachable);
  });
});

describe('whether it is asked at all', () => {
  afterEach(unsubscribeAll);

  it('is published: open when calls stop, half-open at a probe, closed after a reply', async () => {
    const states = recordEvents('breaker');
    await failTimes(2);
    expect(states).toEqual([]);
    await failTimes(1);
    expect(states).toEqual([{ state: 'open' }]);
    healthCheck.mockRejectedValueOnce(new Error('still gone'));
    await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    expect(states.slice(1)).toEqual([{ state: 'half-open' }, { state: 'open' }]);
    await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    expect(states.slice(3)).toEqual([{ state: 'half-open' }, { state: 'closed' }]);
  });
});
