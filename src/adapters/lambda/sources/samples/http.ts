const HEADERS = {
  accept: 'text/html',
  host: 'service.example.com',
  'user-agent': 'curl/8.5.0',
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};
const many = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

export const apiGatewayV1 = {
  resource: '/{proxy+}',
  path: '/',
  httpMethod: 'GET',
  headers: HEADERS,
  multiValueHeaders: many(HEADERS),
  queryStringParameters: { tag: 'b' },
  multiValueQueryStringParameters: { tag: ['a', 'b'] },
  pathParameters: { proxy: '' },
  stageVariables: null,
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
    httpMethod: 'GET',
    identity: { sourceIp: '203.0.113.9', userAgent: 'curl/8.5.0' },
    path: '/prod/',
    protocol: 'HTTP/1.1',
    requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    requestTimeEpoch: 1764028800000,
    resourceId: 'abc123',
    resourcePath: '/{proxy+}',
    stage: 'prod',
  },
  body: null,
  isBase64Encoded: false,
};

const payload2 = (domainName: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  rawQueryString: 'tag=a&tag=b',
  cookies: ['session=1'],
  headers: HEADERS,
  queryStringParameters: { tag: 'a,b' },
  requestContext: {
    accountId: '123456789012',
    apiId: domainName.split('.')[0],
    domainName,
    http: {
      method: 'GET',
      path: '/',
      protocol: 'HTTP/1.1',
      sourceIp: '203.0.113.9',
      userAgent: 'curl/8.5.0',
    },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: '$default',
    stage: '$default',
    time: '25/Nov/2025:00:00:00 +0000',
    timeEpoch: 1764028800000,
  },
  isBase64Encoded: false,
});

export const apiGatewayV2 = payload2('a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com');

export const functionUrl = payload2('abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws');

const ELB = {
  elb: {
    targetGroupArn:
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/service/49e9d65c45c6791a',
  },
};

export const alb = {
  requestContext: ELB,
  httpMethod: 'GET',
  path: '/',
  queryStringParameters: { tag: 'b' },
  headers: HEADERS,
  body: '',
  isBase64Encoded: false,
};

export const albMulti = {
  requestContext: ELB,
  httpMethod: 'GET',
  path: '/',
  multiValueQueryStringParameters: { tag: ['a', 'b'] },
  multiValueHeaders: many(HEADERS),
  body: '',
  isBase64Encoded: false,
};

export const latticeV1 = {
  raw_path: '/',
  method: 'GET',
  headers: HEADERS,
  query_string_parameters: { tag: 'b' },
  body: '',
  is_base64_encoded: false,
};

export const latticeV2 = {
  version: '2.0',
  path: '/',
  method: 'GET',
  headers: many(HEADERS),
  queryStringParameters: { tag: ['a', 'b'] },
  requestContext: {
    serviceNetworkArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-0bf3f2882e9cc805a',
    serviceArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c',
    targetGroupArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-6d0ecf831eec9f09',
    identity: { sourceVpcArn: 'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0b8276c84697e7339' },
    region: 'eu-west-1',
    timeEpoch: '1764028800000000',
  },
};
