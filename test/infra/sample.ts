import type { TopologyOptions } from '../../infra/index.ts';

/** A service with routes and two functions, the least flags. */
export const SAMPLE: TopologyOptions = {
  service: { name: 'Omega Service', version: '1.2.3', functions: ['hello', 'on-upload_2'], hasRoutes: true },
  s3Bucket: 'my-artifacts',
  s3Key: 'omega/app-0123.zip',
};

/** The same with every flag in use. */
export const FULL: TopologyOptions = {
  ...SAMPLE,
  sha256: '0123456789abcdef'.repeat(4),
  key: 'ops-key',
  sshCidr: '10.1.0.0/16',
  appCidr: '0.0.0.0/0',
  port: 8080,
  readinessPath: '/health/ready',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: must stay literal
  environment: { STAGE: '100% "prod" ; #1', URL: 'https://x/?a=1&b={"Ref":"X"}', QUOTE: "it's ${HOME}" },
  memorySize: 1024,
  timeout: 60,
  logRetentionDays: 7,
  stopwaitsecs: 60,
  logRotation: { maxBytes: 1_000_000, backups: 3 },
};
