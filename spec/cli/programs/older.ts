/** A program that loads a version of the library without the audit. */
Object.assign(globalThis, { [Symbol.for('routing-controllers-cache')]: { cache: {} } });
