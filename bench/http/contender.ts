/** What a contender is asked. */
export type Asked =
  /** The same path again and again. */
  | 'same'
  /** Another page with every request, so that no cache has it. */
  | 'growing'
  /** The same path, by a client that has the response already: the answer is 304. */
  | 'conditional';

/** What has to happen for an answer. */
type Answering =
  /** It always has the bytes. */
  | 'constant'
  /** A cache has the bytes, and the handler does not run. */
  | 'hit'
  /** The handler runs. */
  | 'run';

/** What a process has used and done since it began. */
export interface Counters {
  readonly cpuMicros: number;
  /** How often its handler ran. */
  readonly runs: number;
}

/** A server at work. */
export interface Running {
  readonly kind: 'running';
  readonly origin: string;
  counters(): Promise<Counters>;
  stop(): Promise<void>;
}

/** Why a contender is not in the tables. */
export interface LeftOut {
  readonly kind: 'left-out';
  readonly reason: string;
}

/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  /** What answers, for the reader of the tables. */
  readonly what: string;
  readonly asked: Asked;
  readonly answering: Answering;
  /** @param body the file that holds the bytes to answer with */
  start(body: string): Promise<Running | LeftOut>;
}
