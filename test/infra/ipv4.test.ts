import t from 'tap';
import { IPV4_CIDR_PATTERN, ipv4CidrProblem } from '../../infra/topology/ipv4.ts';
import { parseCidr } from '../../src/server/cidr.ts';

t.test('bits beyond the prefix', async (t) => {
  const beyond = (text: string) => /beyond its/.test(ipv4CidrProblem(text) ?? '');
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '255.255.255.255/32', '10.128.0.0/9']) {
    t.notOk(beyond(text), text);
  }
  for (const text of ['10.0.0.1/8', '0.0.0.1/0', '255.255.255.255/31', '10.128.0.0/8'])
    t.ok(beyond(text), text);
});

t.test('the pattern of a template and the parser take the same IPv4 ranges', async (t) => {
  const pattern = new RegExp(`^${IPV4_CIDR_PATTERN}$`);
  const octets = [
    '0',
    '9',
    '10',
    '99',
    '100',
    '199',
    '200',
    '249',
    '250',
    '255',
    '256',
    '00',
    '1000',
    'x',
    '',
  ];
  const lengths = Array.from({ length: 40 }, (_, bits) => String(bits)).concat('', '00', '07', '032');
  for (const octet of octets) {
    for (const text of [`${octet}.0.0.0`, `0.${octet}.0.0`, `0.0.0.${octet}`]) {
      for (const bits of lengths) {
        const range = `${text}/${bits}`;
        t.equal(pattern.test(range), parseCidr(range) !== undefined, range);
      }
    }
  }
});
