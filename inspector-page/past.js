/** The number of samples in the past hour. The server sends the samples from before the page opened, then its events have the others. */
const KEPT = 360;
/** Milliseconds that a hit ratio covers. */
const WINDOW_MS = 60_000;

export class Past {
  #samples = [];
  #everyMs = 10_000;
  #live;

  begin({ everyMs, samples }) {
    this.#everyMs = everyMs;
    this.#samples = samples;
  }

  /** Adds a sample, or replaces the live one. @returns true if the sample was added */
  add({ nowMs, stats, actions }) {
    const { entries, bytes, hits, misses, stale, collapsed } = stats;
    const figures = Object.fromEntries(actions.map(({ action, sample }) => [action, sample]));
    const sample = { atMs: nowMs, entries, bytes, hits, asked: hits + misses + stale + collapsed, actions: figures };
    this.#live = sample;
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < this.#everyMs) return false;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT) this.#samples.shift();
    return true;
  }

  get samples() {
    return this.#live === undefined || this.#live === this.#samples.at(-1) ? this.#samples : [...this.#samples, this.#live];
  }

  /** Returns the times in seconds, the unit of the charts. */
  get times() {
    return this.samples.map(({ atMs }) => atMs / 1000);
  }

  of(name) {
    return this.samples.map(sample => sample[name]);
  }

  ofAction(action, name) {
    return this.samples.map(({ actions }) => actions[action]?.[name] ?? null);
  }

  /** Returns the hit ratio of the minute before each sample in percent, or since the first one; `null` without requests. */
  hitRatios(figuresOf = sample => sample) {
    const samples = this.samples;
    let first = 0;
    return samples.map((sample, at) => {
      while (first < at - 1 && sample.atMs - samples[first].atMs > WINDOW_MS) first++;
      const isFirstMinute = samples.length < KEPT && sample.atMs - samples[0].atMs <= WINDOW_MS;
      const then = (at === 0 || isFirstMinute ? undefined : figuresOf(samples[first])) ?? { hits: 0, asked: 0 };
      const now = figuresOf(sample);
      if (now === undefined) return null;
      // Counts fall if the cache gets a new configuration.
      const asked = now.asked < then.asked ? now.asked : now.asked - then.asked;
      const hits = now.asked < then.asked ? now.hits : now.hits - then.hits;
      return asked === 0 ? null : (100 * hits) / asked;
    });
  }
}
