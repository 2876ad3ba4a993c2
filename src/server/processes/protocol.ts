/** What the processes that share a port and their parent say to each other. */

/** Metrics of one process, as its registry writes them. */
export type Snapshot = readonly unknown[];

export type FromParent =
  | { readonly type: 'amphi:stop'; readonly atOnce: boolean }
  | { readonly type: 'amphi:collect'; readonly id: number }
  | { readonly type: 'amphi:all'; readonly id: number; readonly snapshots: readonly Snapshot[] };

export type FromMember =
  | { readonly type: 'amphi:listening'; readonly port: number; readonly about: Listening }
  | { readonly type: 'amphi:ready' }
  | { readonly type: 'amphi:collected'; readonly id: number; readonly snapshot: Snapshot }
  | { readonly type: 'amphi:metrics'; readonly id: number }
  | { readonly type: 'amphi:last'; readonly snapshot: Snapshot };

/** What the log line of a server that listens tells. */
export type Listening = Readonly<Record<string, unknown>>;

/** The variable by which a process knows that it is one of several: its number, and the port once it is known. */
export const MEMBER_VARIABLE = 'AMPHI_PROCESS';

export interface MemberInit {
  readonly number: number;
  readonly port?: number | undefined;
}

/** Messages of the service's own code go over the same channel. */
export function isOurs<T extends FromParent | FromMember>(message: unknown): message is T {
  const { type } = (message ?? {}) as { type?: unknown };
  return typeof type === 'string' && type.startsWith('amphi:');
}
