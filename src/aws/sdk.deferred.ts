/**
 * The AWS SDK: one asset of the executable for all who use some of it, as the services' clients share most of their code.
 * Each client is evaluated when it is asked for.
 */
export const loadSqs = () => import('./sdk/sqs.ts');
export const loadLambda = () => import('./sdk/lambda.ts');
export const loadSecrets = () => import('./sdk/secrets.ts');
export const loadDeployment = () => import('./sdk/deployment.ts');
