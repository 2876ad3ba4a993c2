/** Letters, digits and what else names of hosts are made of, or an IPv6 address; a port may follow. */
const AUTHORITY = /^(?:[\w.-]+|\[[\dA-Fa-f:.]+\])(?::\d{1,5})?$/;

const known = new Map<string, boolean>();
/** Most requests name the host of the one before: that is compared faster than looked up. */
let last: string | undefined;

/** Whether a Host header is an authority that `new URL` takes, so that `request.url` has no other path than the request. */
export function isAuthority(host: string): boolean {
  if (host === last) return true;
  let valid = known.get(host);
  if (valid === undefined) {
    valid = AUTHORITY.test(host) && URL.canParse(`http://${host}/`);
    // A service has few names of its own; clients may make up any number.
    if (known.size < 100) known.set(host, valid);
  }
  if (valid) last = host;
  return valid;
}
