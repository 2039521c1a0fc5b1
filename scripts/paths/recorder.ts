import { RECORDER } from './instrument.js';

/** The figures of one path: its calls of functions of `lib`, the files of these functions, and the changes from file to file. */
export interface PathFigures {
  readonly calls: number;
  readonly files: number;
  readonly changes: number;
}

let recorded: string[] | undefined;

(globalThis as Record<string, unknown>)[RECORDER] = (file: string) => recorded?.push(file);

/** Returns the files of the functions called while `act` runs, in the order of the calls. */
export async function recordCalls(act: () => Promise<unknown>): Promise<readonly string[]> {
  const calls: string[] = [];
  recorded = calls;
  try {
    await act();
  } finally {
    recorded = undefined;
  }
  return calls;
}

export function figuresOf(calls: readonly string[]): PathFigures {
  return {
    calls: calls.length,
    files: new Set(calls).size,
    changes: calls.filter((file, index) => index > 0 && file !== calls[index - 1]).length,
  };
}
