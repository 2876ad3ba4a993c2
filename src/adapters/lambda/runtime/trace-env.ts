const NAME = '_X_AMZN_TRACE_ID';

/**
 * Shows the trace id of the invocation as `process.env._X_AMZN_TRACE_ID`, where the X-Ray SDK and OpenTelemetry look.
 * It is no variable of the process: the C library keeps each value that one ever had, 150 bytes for each invocation.
 * @returns how to set it
 */
export function shareTraceId(): (traceId: string | undefined) => void {
  let current: string | undefined;
  const described = () => ({ value: current, writable: true, enumerable: true, configurable: true });
  // A trace id that the parent left is no invocation's.
  delete process.env[NAME];
  process.env = new Proxy(process.env, {
    get: (env, name) => (name === NAME ? current : env[name as string]),
    has: (env, name) => (name === NAME ? current !== undefined : name in env),
    set: (env, name, value) => {
      if (name === NAME) current = String(value);
      else env[name as string] = value;
      return true;
    },
    deleteProperty: (env, name) => {
      if (name === NAME) current = undefined;
      else delete env[name as string];
      return true;
    },
    ownKeys: (env) => (current === undefined ? Reflect.ownKeys(env) : [...Reflect.ownKeys(env), NAME]),
    getOwnPropertyDescriptor: (env, name) => {
      if (name === NAME) return current === undefined ? undefined : described();
      return Reflect.getOwnPropertyDescriptor(env, name);
    },
  });
  return (traceId) => {
    current = traceId;
  };
}
