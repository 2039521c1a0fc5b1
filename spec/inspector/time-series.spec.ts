import { TimeSeries, type Sample } from '../../lib/inspector/time-series.js';

function sample(atMs: number): Sample {
  return { atMs, entries: atMs, bytes: 0, asked: 0, hits: 0, actions: {} };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('the past of the inspector', () => {
  it('has a sample for each ten seconds of the last hour, the oldest first', () => {
    let taken = 0;
    const past = new TimeSeries(() => sample(++taken));
    expect(past.report()).toEqual({ everyMs: 10_000, samples: [] });
    jest.advanceTimersByTime(20_000);
    expect(past.report().samples.map(({ atMs }) => atMs)).toEqual([1, 2]);
    jest.advanceTimersByTime(2 * 3600 * 1000);
    const { samples } = past.report();
    expect(samples).toHaveLength(360);
    expect([samples[0]!.atMs, samples.at(-1)!.atMs]).toEqual([taken - 359, taken]);
    past.close();
  });

  it('has no sample while there is no cache, and takes none after its end', () => {
    const take = jest.fn<Sample | undefined, []>(() => undefined);
    const past = new TimeSeries(take);
    jest.advanceTimersByTime(30_000);
    expect(past.report().samples).toEqual([]);
    past.close();
    jest.advanceTimersByTime(30_000);
    expect(take).toHaveBeenCalledTimes(3);
    expect(jest.getTimerCount()).toBe(0);
  });
});
