/** Anything that `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const may = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return may && typeof (value as { then?: unknown }).then === 'function';
}
