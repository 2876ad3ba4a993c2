import type { Unchecked } from './problems.ts';

/** What works but is seldom meant, each as one line that names the flag. */
export function topologyWarnings(flags: Unchecked): string[] {
  const { alb, certificateArn, appCidr, tlsSecretArn } = flags;
  if (alb === 'internet-facing' && certificateArn === undefined) {
    return [
      '--alb internet-facing without --certificateArn: requests and responses cross the internet unencrypted',
    ];
  }
  if (alb === undefined && appCidr === '0.0.0.0/0' && tlsSecretArn === undefined) {
    return [
      '--appCidr 0.0.0.0/0 without --tlsSecretArn: requests and responses cross the internet unencrypted',
    ];
  }
  return [];
}
