/** An event for an error message: its source, or its kind and keys where the source is not known. */
export function describeEvent(name: string, event: unknown): string {
  if (name !== 'direct') return `${name} event`;
  if (typeof event !== 'object' || event === null) return `${event === null ? 'null' : typeof event} event`;
  const keys = Object.keys(event).slice(0, 8).join(', ');
  return `event of unknown source (its keys: ${keys === '' ? 'none' : keys})`;
}
