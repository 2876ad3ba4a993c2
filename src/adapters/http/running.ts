/** Work that a drain waits for and may abort. */
export interface Abortable {
  abort(reason: unknown): void;
}
