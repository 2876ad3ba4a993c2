import type { HttpSourceName, PlainRequest } from './http-sources.ts';
import { allOf, decodedPath, find, joined, lastOf, rawPairs, type Sent, sentOf } from './sent.ts';

/** The event that AWS sends to Lambda for a client's request. */
export function buildEvent(source: HttpSourceName, request: PlainRequest): unknown {
  return BUILDERS[source](sentOf(request));
}

const BUILDERS: Record<HttpSourceName, (sent: Sent) => unknown> = {
  'apigateway-v1': restEvent,
  'apigateway-v2': (sent) => payload2(sent, 'api'),
  'function-url': (sent) => payload2(sent, 'url'),
  alb: (sent) => albEvent(sent, false),
  'alb-multi': (sent) => albEvent(sent, true),
  'vpc-lattice-v1': latticeV1,
  'vpc-lattice-v2': latticeV2,
};

function restEvent(sent: Sent): unknown {
  const { method, path, host, clientIp } = sent;
  const query = new URLSearchParams(sent.query);
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: lastOf(sent.headers),
    multiValueHeaders: allOf(sent.headers),
    queryStringParameters: query.size === 0 ? null : lastOf([...query]),
    multiValueQueryStringParameters: query.size === 0 ? null : allOf([...query]),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourceId: 'abc123',
      resourcePath: '/{proxy+}',
      httpMethod: method,
      path: `/prod${path}`,
      accountId: '123456789012',
      protocol: 'HTTP/1.1',
      stage: 'prod',
      domainPrefix: 'api1',
      requestTimeEpoch: 1_700_000_000_000,
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      identity: { sourceIp: clientIp, userAgent: find(sent.headers, 'user-agent') ?? null, accountId: null },
      domainName: host,
      apiId: 'api1',
    },
    body: sent.body ?? null,
    isBase64Encoded: sent.base64,
  };
}

/** Payload format 2.0: an HTTP API decodes the path, a Function URL keeps it as sent. */
function payload2(sent: Sent, kind: 'api' | 'url'): unknown {
  const { method, clientIp } = sent;
  const path = kind === 'api' ? decodedPath(sent.path) : sent.path;
  const domainName = kind === 'api' ? sent.host : 'id1.lambda-url.eu-west-1.on.aws';
  const lines = sent.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const cookies = lines.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split('; '));
  // Function URLs leave the header in too.
  const kept = lines.filter(([name]) => name !== 'cookie');
  if (kind === 'url' && cookies.length > 0) kept.push(['cookie', cookies.join('; ')]);
  const query = new URLSearchParams(sent.query);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: sent.query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: joined(kept),
    ...(query.size > 0 ? { queryStringParameters: joined([...query]) } : {}),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api1',
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: clientIp, userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1_700_000_000_000,
    },
    ...(sent.body === undefined ? {} : { body: sent.body }),
    isBase64Encoded: sent.base64,
  };
}

function albEvent(sent: Sent, multi: boolean): unknown {
  const headers = sent.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const query = rawPairs(sent.query);
  const elb = { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/1' };
  return {
    requestContext: { elb },
    httpMethod: sent.method,
    path: sent.path,
    ...(multi
      ? { multiValueQueryStringParameters: allOf(query), multiValueHeaders: allOf(headers) }
      : { queryStringParameters: lastOf(query), headers: lastOf(headers) }),
    body: sent.body ?? '',
    isBase64Encoded: sent.base64,
  };
}

function latticeV1(sent: Sent): unknown {
  return {
    raw_path: sent.path,
    method: sent.method,
    headers: joined(sent.headers.map(([name, value]) => [name.toLowerCase(), value])),
    query_string_parameters: lastOf(rawPairs(sent.query)),
    body: sent.body ?? '',
    is_base64_encoded: sent.base64,
  };
}

function latticeV2(sent: Sent): unknown {
  const arn = 'arn:aws:vpc-lattice:eu-west-1:123456789012';
  return {
    version: '2.0',
    path: sent.path,
    method: sent.method,
    headers: allOf(sent.headers.map(([name, value]) => [name.toLowerCase(), value])),
    ...(sent.query === '' ? {} : { queryStringParameters: allOf(rawPairs(sent.query)) }),
    ...(sent.body === undefined ? {} : { body: sent.body }),
    isBase64Encoded: sent.base64,
    requestContext: {
      serviceNetworkArn: `${arn}:servicenetwork/sn-1`,
      serviceArn: `${arn}:service/svc-1`,
      targetGroupArn: `${arn}:targetgroup/tg-1`,
      identity: { sourceVpcArn: 'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1' },
      region: 'eu-west-1',
      timeEpoch: '1700000000000000',
    },
  };
}
