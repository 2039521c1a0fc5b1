/** The kind of requests that a contender gets. */
export type Asked =
  /** Always the same path. */
  | 'same'
  /** Another page with every request, so that no cache has it. */
  | 'growing'
  /** The same path, from a client with a stored response. The response is a 304. */
  | 'conditional';

/** The source of the response. */
type Answering =
  /** The program always has the bytes. */
  | 'constant'
  /** A cache has the bytes, and the handler does not run. */
  | 'hit'
  /** The handler runs. */
  | 'run';

/** The counters of a process since its start. */
export interface Counters {
  readonly cpuMicros: number;
  /** The runs of the work that a hit skips: the handler, or for the edge the application. */
  readonly runs: number;
}

/** A running server. */
export interface Running {
  readonly kind: 'running';
  readonly origin: string;
  counters(): Promise<Counters>;
  stop(): Promise<void>;
}

/** The reason why a contender is not in the tables. */
export interface LeftOut {
  readonly kind: 'left-out';
  readonly reason: string;
}

/** A server in the comparison. */
export interface Contender {
  readonly name: string;
  /** A description for the reader of the tables. */
  readonly what: string;
  readonly asked: Asked;
  readonly answering: Answering;
  /** @param body the file with the bytes of the response */
  start(body: string): Promise<Running | LeftOut>;
}
