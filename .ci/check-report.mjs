import { performance } from 'node:perf_hooks';

/** The failure of a check, with the output that shows the cause. */
export class CheckFailure extends Error {
  constructor(reason, output = '') {
    super(output.trim() === '' ? reason : `${reason}\n${output.trim()}`);
  }
}

/** Counts the checks and prints a line for each. */
export class CheckReport {
  /** True after the last check. Until then the sum is a failure, even if all checks have passed. */
  isComplete = false;
  #passed = 0;
  #failed = 0;
  #isClosed = false;
  #completeness;

  constructor(completeness) {
    this.#completeness = completeness;
  }

  /**
   * Runs one check, which fails if `act` throws. Returns a function that returns the result of `act`, or throws if the check failed. So a
   * later check that needs the result fails too, and is never skipped.
   */
  async check(name, act) {
    const began = performance.now();
    const timed = () => `${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`;
    try {
      const value = await act();
      this.pass(timed());
      return () => value;
    } catch (error) {
      this.fail(timed(), error instanceof CheckFailure ? error.message : (error?.stack ?? String(error)));
      return () => {
        throw new CheckFailure(`Not run, because this check failed: ${name}`);
      };
    }
  }

  pass(name, count = 1) {
    this.#passed += count;
    console.log(`ok   ${name}`);
  }

  fail(name, reason, count = 1) {
    this.#failed += count;
    console.log(`FAIL ${name}`);
    this.note(reason);
  }

  /** Prints text with an indent, so that none of its lines looks like the line of a check. */
  note(text) {
    for (const line of text.split('\n')) console.log(`     | ${line}`);
  }

  /** Prints the sum, as the last line, and sets the exit code. */
  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.isComplete && this.#failed === 0) this.fail(this.#completeness, 'The checks ended early.');
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1;
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
  }
}
