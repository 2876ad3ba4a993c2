/** What is known of machine images by the path of the SSM parameter that names them. */

/** Canonical's own parameter for the current Ubuntu 24.04 LTS image. */
export const UBUNTU = '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id';

/** Name of Ubuntu's root device; only a mapping of the right name encrypts the root volume. */
export const UBUNTU_ROOT_DEVICE = '/dev/sda1';

interface Publisher {
  readonly path: RegExp;
  readonly rootDevice: string;
  /** Releases whose curl is older than first boot needs. */
  readonly old: RegExp;
  readonly since: string;
}

const PUBLISHERS: readonly Publisher[] = [
  {
    path: /^\/aws\/service\/canonical\/ubuntu\//,
    rootDevice: UBUNTU_ROOT_DEVICE,
    old: /\/(1\d\.\d\d|2[0-3]\.\d\d|bionic|focal|jammy)\//,
    since: 'Ubuntu 24.04',
  },
  {
    path: /^\/aws\/service\/debian\//,
    rootDevice: '/dev/xvda',
    old: /\/(9|1[01]|stretch|buster|bullseye)(-[\w-]+)?\//,
    since: 'Debian 12',
  },
];

const publisherOf = (path: string) => PUBLISHERS.find((publisher) => publisher.path.test(path));

/** Name of the root device of a public image; `undefined` for one that nothing is known of. */
export const rootDeviceOf = (path: string): string | undefined => publisherOf(path)?.rootDevice;

/** Why instances cannot run on the image of this path, to be read after it; `undefined` for nothing that is known. */
export function imageProblem(path: string): string | undefined {
  if (!path.startsWith('/aws/service/')) return undefined;
  const publisher = publisherOf(path);
  if (publisher === undefined) return 'is neither an Ubuntu nor a Debian image';
  if (/\/(arm64|i386)(\/|$)/.test(path)) return 'is no x86_64 image';
  return publisher.old.test(path)
    ? `is older than ${publisher.since}: its curl cannot sign for S3`
    : undefined;
}
