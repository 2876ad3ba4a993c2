/** What is used of Secrets Manager and SSM: by secrets at the start. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
