export interface Load {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** Content type of the body; default application/json. */
  readonly type?: string;
  /** A new connection for each request. */
  readonly fresh?: boolean;
}

export interface Loaded {
  readonly requests: number;
  /** Requests per second. */
  readonly rate: number;
}

/** The command of a generator, and what it takes away. */
export interface Command {
  readonly command: readonly string[];
  remove(): Promise<void>;
}
