/**
 * Sets the variables that AMPHI_SECRETS names (JSON: variable to the ARN of a secret, or the ARN or name of an SSM
 * parameter) to what is stored there now: before the service's modules are loaded, on every side alike.
 * @throws ConfigError naming each variable that could not be fetched
 */
export async function loadSecrets(env: NodeJS.ProcessEnv): Promise<void> {
  if (!env.AMPHI_SECRETS) return;
  const { fetchSecrets } = await import('./fetch-secrets.deferred.ts');
  Object.assign(env, await fetchSecrets(env.AMPHI_SECRETS, env));
}
