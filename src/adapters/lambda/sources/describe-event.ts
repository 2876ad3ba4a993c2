/** An event for an error message: its source, or its kind and keys where the source is not known. */
export function describeEvent(name: string, event: unknown): string {
  if (name !== 'direct') return `${name} event`;
  if (Array.isArray(event)) return `bare list of ${event.length} records, as EventBridge Pipes sends them`;
  if (typeof event !== 'object' || event === null) return `${event === null ? 'null' : typeof event} event`;
  const keys = Object.keys(event).slice(0, 8).join(', ');
  return `event of unknown source (its keys: ${keys === '' ? 'none' : keys})`;
}
