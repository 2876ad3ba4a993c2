import {
  detectSource,
  type HttpResult,
  type HttpSourceName,
  HTTP_SOURCES as SOURCES,
} from '../../../../src/adapters/lambda/sources/http/index.ts';
import { invokeHttp, isHttpEvent } from '../../../../src/adapters/lambda/sources/http/invoke.ts';
import {
  Context,
  createLogger,
  createRegistry,
  type HttpHandler,
  type RawRequest,
} from '../../../../src/core/index.ts';

/** A context whose log lines are kept. */
export function testContext(): { context: Context; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'DEBUG', write: (line) => lines.push(JSON.parse(line)) });
  return { context: new Context({ requestId: 'r1', functionName: 'http', logger }), lines };
}

/** The internal request that an event becomes. */
export function requestOf(event: unknown, basePath = ''): RawRequest {
  if (!isHttpEvent(event)) throw new Error(`no HTTP event: ${detectSource(event)}`);
  return SOURCES[detectSource(event) as HttpSourceName].toRequest(event, { basePath });
}

/** Runs one handler, registered for every method and path, on an event. */
export async function answer(
  event: unknown,
  handler: HttpHandler,
): Promise<{ result: HttpResult; lines: Record<string, unknown>[] }> {
  const registry = createRegistry({ name: 'test' }).all('/*', handler);
  const { context, lines } = testContext();
  const result = (await invokeHttp(registry.freeze(), event, context, { basePath: '' })) as HttpResult;
  return { result, lines };
}

const ELB = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1' } };

/** Small events, each with only what a trap is about changed. */
export const v1 = (changes: object = {}) => ({
  httpMethod: 'GET',
  path: '/x',
  headers: {},
  multiValueHeaders: null,
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  requestContext: { stage: 'prod', path: '/prod/x', identity: { sourceIp: '198.51.100.7' } },
  body: null,
  isBase64Encoded: false,
  ...changes,
});

export const v2 = ({
  context,
  http,
  ...changes
}: {
  context?: object;
  http?: object;
  [key: string]: unknown;
} = {}) => ({
  version: '2.0',
  rawPath: '/x',
  rawQueryString: '',
  headers: {},
  requestContext: {
    stage: '$default',
    domainName: 'api1.execute-api.eu-west-1.amazonaws.com',
    http: { method: 'GET', path: '/x', sourceIp: '198.51.100.7', ...http },
    ...context,
  },
  isBase64Encoded: false,
  ...changes,
});

export const functionUrl = (changes: Parameters<typeof v2>[0] = {}) =>
  v2({ ...changes, context: { domainName: 'id1.lambda-url.eu-west-1.on.aws', ...changes.context } });

export const alb = (changes: object = {}) => ({
  requestContext: ELB,
  httpMethod: 'GET',
  path: '/x',
  queryStringParameters: {},
  headers: { host: 'alb.example.com', 'x-forwarded-for': '198.51.100.7' },
  body: '',
  isBase64Encoded: false,
  ...changes,
});

export const albMulti = (changes: object = {}) => ({
  requestContext: ELB,
  httpMethod: 'GET',
  path: '/x',
  multiValueQueryStringParameters: {},
  multiValueHeaders: { host: ['alb.example.com'] },
  body: '',
  isBase64Encoded: false,
  ...changes,
});

export const latticeV1 = (changes: object = {}) => ({
  raw_path: '/x',
  method: 'GET',
  headers: { host: 'svc.vpc-lattice-svcs.eu-west-1.on.aws' },
  query_string_parameters: {},
  body: '',
  is_base64_encoded: false,
  ...changes,
});

export const latticeV2 = (changes: object = {}) => ({
  version: '2.0',
  path: '/x',
  method: 'GET',
  headers: { host: ['svc.vpc-lattice-svcs.eu-west-1.on.aws'] },
  requestContext: { serviceArn: 'arn:aws:vpc-lattice:eu-west-1:1:service/svc-1', identity: {} },
  ...changes,
});

export const ALL = { v1, v2, functionUrl, alb, albMulti, latticeV1, latticeV2 };
