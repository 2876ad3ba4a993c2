import t from 'tap';
import { parseCidr } from '../../src/server/cidr.ts';

t.test('addresses and ranges of both families', async (t) => {
  t.same(parseCidr('10.0.0.0/16'), { address: '10.0.0.0', family: 4, bits: 16 });
  t.same(parseCidr('0.0.0.0/0'), { address: '0.0.0.0', family: 4, bits: 0 });
  t.same(parseCidr('192.0.2.1'), { address: '192.0.2.1', family: 4, bits: undefined });
  t.same(parseCidr('2001:db8::/32'), { address: '2001:db8::', family: 6, bits: 32 });
  t.same(parseCidr('::1/128'), { address: '::1', family: 6, bits: 128 });
  t.same(parseCidr('::ffff:10.0.0.1'), { address: '::ffff:10.0.0.1', family: 6, bits: undefined });
});

const REFUSED = [
  ...['', '/', '/8', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0.0/08', '10.0.0.0/8 '],
  ...['10.0.0', '10.0.0.256', '010.0.0.0', '10.0.0.0.0', '0x0a.0.0.0', ' 10.0.0.0', '10.0.0.0\n'],
  ...['::1/129', ':::', '2001:db8::g', '1::2::3', '1:2:3:4:5:6:7:8:9', 'fe80::1%eth0', '[::1]', 'localhost'],
];

t.test('anything else is none', async (t) => {
  for (const text of REFUSED) t.equal(parseCidr(text), undefined, JSON.stringify(text));
});
