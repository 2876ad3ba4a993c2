/** What became of the messages of one handler since the start. */
export interface Counts {
  received: number;
  /** Worked off by the handler. */
  succeeded: number;
  /** Not worked off: given back, or cut off by a drain. */
  failed: number;
  deleted: number;
  /** Made visible again at once. */
  returned: number;
  /** Visible to others before they were deleted: they may be handled twice. */
  lost: number;
  /** Calls of the queue that failed. */
  queueErrors: number;
  /** Being worked on now. */
  running: number;
}

export const noCounts = (): Counts => ({
  received: 0,
  succeeded: 0,
  failed: 0,
  deleted: 0,
  returned: 0,
  lost: 0,
  queueErrors: 0,
  running: 0,
});
