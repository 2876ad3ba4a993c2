import t from 'tap';
import { ALL, alb, albMulti, functionUrl, latticeV1, latticeV2, requestOf, v1, v2 } from './support.ts';

t.test('names are lower case, non-string values become text, null ones are dropped', async (t) => {
  const odd = { 'X-Number': 7, 'X-Bool': false, 'X-Null': null, 'X-Emoji': 'café 😀' };
  for (const event of [v1({ headers: odd }), v2({ headers: odd }), alb({ headers: odd })]) {
    const { headers } = requestOf(event);
    t.match(headers, { 'x-number': '7', 'x-bool': 'false', 'x-emoji': 'café 😀' });
    t.notOk('x-null' in headers);
  }
});

t.test('headers and parameters that stand in one of the two records only are there', async (t) => {
  const given = {
    headers: { 'X-Single': 's', 'x-both': 'last' },
    multiValueHeaders: { 'x-multi': ['a', 'b'], 'X-Both': ['first', 'last'] },
    queryStringParameters: { single: 's', both: '2' },
    multiValueQueryStringParameters: { both: ['1', '2'] },
  };
  for (const event of [v1(given), alb(given)]) {
    const { headers, rawQuery } = requestOf(event);
    t.match(headers, { 'x-single': 's', 'x-multi': 'a, b', 'x-both': 'first, last' });
    t.equal(rawQuery, 'both=1&both=2&single=s');
  }
});

t.test('null or missing headers are an empty record with a default host', async (t) => {
  for (const headers of [null, undefined, {}]) {
    t.same(requestOf(v1({ headers, multiValueHeaders: headers })).headers, { host: 'localhost' });
    t.same(requestOf(alb({ headers })).headers, { host: 'localhost' });
    t.same(requestOf(latticeV1({ headers })).headers, { host: 'localhost' });
    t.same(requestOf(latticeV2({ headers })).headers, { host: 'localhost' });
    t.same(requestOf(v2({ headers })).headers, { host: 'api1.execute-api.eu-west-1.amazonaws.com' });
    t.same(requestOf(functionUrl({ headers })).headers, { host: 'id1.lambda-url.eu-west-1.on.aws' });
  }
  const context = { domainName: 'shop.example.com' };
  t.equal(requestOf(v1({ requestContext: context })).headers.host, 'shop.example.com');
  t.equal(
    requestOf(v1({ headers: { Host: 'given.example' }, requestContext: context })).headers.host,
    'given.example',
  );
});

t.test('multi-values join with a comma, two Cookie lines with a semicolon', async (t) => {
  const lines = { 'X-A': ['1', '2'], Cookie: ['a=1', 'b=2'], Authorization: ['first', 'second'] };
  for (const event of [v1({ multiValueHeaders: lines }), albMulti({ multiValueHeaders: lines })]) {
    t.match(requestOf(event).headers, { 'x-a': '1, 2', cookie: 'a=1; b=2', authorization: 'first' });
  }
  t.equal(requestOf(latticeV2({ headers: { 'x-a': ['1', '2'], host: 'h' } })).headers['x-a'], '1, 2');
});

t.test('v1 uses single headers when the multi-value ones are missing or empty', async (t) => {
  for (const multiValueHeaders of [null, undefined, {}])
    t.equal(requestOf(v1({ headers: { 'X-A': '1' }, multiValueHeaders })).headers['x-a'], '1');
});

t.test('v2 and Function URL cookies: the array wins over a header', async (t) => {
  for (const make of [v2, functionUrl]) {
    const both = make({ cookies: ['a=1', 'b=2'], headers: { cookie: 'a=1,b=2' } });
    t.equal(requestOf(both).headers.cookie, 'a=1; b=2');
    t.equal(requestOf(make({ headers: { cookie: 'c=3' } })).headers.cookie, 'c=3');
    t.equal(requestOf(make({ cookies: [], headers: { cookie: 'c=3' } })).headers.cookie, 'c=3');
    t.notOk('cookie' in requestOf(make()).headers);
  }
});

t.test('the client address is what the gateway saw, not what the client claims', async (t) => {
  const claimed = { 'x-forwarded-for': '6.6.6.6, 203.0.113.1' };
  t.equal(requestOf(v1({ headers: claimed })).clientIp, '198.51.100.7');
  t.equal(requestOf(v2({ headers: claimed })).clientIp, '198.51.100.7');
  t.equal(requestOf(alb({ headers: claimed })).clientIp, '203.0.113.1');
  t.equal(requestOf(latticeV1({ headers: claimed })).clientIp, '203.0.113.1');
  t.equal(requestOf(latticeV2({ headers: claimed })).clientIp, '203.0.113.1');
  const lines = { 'X-Forwarded-For': ['6.6.6.6', '203.0.113.1'] };
  t.equal(requestOf(albMulti({ multiValueHeaders: lines })).clientIp, '203.0.113.1');
});

t.test('an ALB client address may carry a port, IPv6 too', async (t) => {
  const cases = [
    ['203.0.113.1:4711', '203.0.113.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
  ];
  for (const [sent, ip] of cases)
    t.equal(requestOf(alb({ headers: { 'x-forwarded-for': sent } })).clientIp, ip);
  t.equal(requestOf(alb({ headers: {} })).clientIp, '', 'xff mode "remove"');
});

t.test('the scheme is https unless the proxy says http; the method is upper case', async (t) => {
  for (const make of Object.values(ALL)) t.equal(requestOf(make()).scheme, 'https');
  t.equal(requestOf(alb({ headers: { 'X-Forwarded-Proto': 'http' } })).scheme, 'http');
  t.equal(requestOf(v1({ httpMethod: 'patch' })).method, 'PATCH');
  t.equal(requestOf(v2({ http: { method: 'patch' } })).method, 'PATCH');
  t.equal(requestOf(latticeV1({ method: 'patch' })).method, 'PATCH');
});
