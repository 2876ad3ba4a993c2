import type { Service } from '../core/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where `context.invoke` leads, by the environment: AMPHI_TARGETS, which the template writes, the emulator's
 * AMPHI_INVOKE_ENDPOINT, or else this process.
 */
export function connectSiblings({ siblings }: Service, env: Env): void {
  if (!env.AMPHI_TARGETS && !env.AMPHI_INVOKE_ENDPOINT && !env.AWS_LAMBDA_FUNCTION_NAME) return;
  siblings.transport = async (call, here) =>
    (await import('./remote-sibling.deferred.ts')).callRemote(call, here, env);
}
