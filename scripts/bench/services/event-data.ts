/** What every contender of the event benchmark gets, and must make of it. */

/** An API Gateway payload 2.0 event as an HTTP API sends it. */
export function makeEvent(): Record<string, unknown> {
  return structuredClone(EVENT);
}

const EVENT = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/shops/17/orders',
  rawQueryString: 'tag=red&tag=big%20one&dry=1',
  cookies: ['session=abc123', 'theme=dark'],
  headers: {
    accept: 'application/json, text/plain, */*',
    'accept-encoding': 'gzip, deflate, br',
    'accept-language': 'en-US,en;q=0.9',
    'content-length': '96',
    'content-type': 'application/json',
    host: 'api1.execute-api.us-east-1.amazonaws.com',
    origin: 'https://shop.example.com',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
    'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  queryStringParameters: { tag: 'red,big one', dry: '1' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'api1',
    domainName: 'api1.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'api1',
    http: {
      method: 'POST',
      path: '/shops/17/orders',
      protocol: 'HTTP/1.1',
      sourceIp: '203.0.113.9',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
    },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: '$default',
    stage: '$default',
    time: '12/Mar/2026:19:03:58 +0000',
    timeEpoch: 1_700_000_000_000,
  },
  body: JSON.stringify({
    customer: 'Ada',
    items: [
      { id: 1, count: 2 },
      { id: 7, count: 1 },
    ],
    note: 'Leave it at the adapter, please.',
  }),
  isBase64Encoded: false,
};
EVENT.headers['content-length'] = String(EVENT.body.length);

export const REQUEST_ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
export const SET_COOKIES = ['seen=1; Path=/; HttpOnly; SameSite=Lax', 'last=17; Path=/; SameSite=Lax'];

export interface Order {
  readonly customer: string;
  readonly items: readonly { readonly count: number }[];
}

/** What the handler answers, from the parts that its framework parsed. */
export function answerOf(
  shop: string,
  tags: readonly string[],
  session: string,
  order: Order,
  requestId: string,
) {
  const count = order.items.reduce((sum, item) => sum + item.count, 0);
  return { shop, tags, session, customer: order.customer, count, requestId };
}

/** Log lines go here: writing is not what is measured, but making them is. */
export const logged = { lines: 0, bytes: 0, last: '' };

export function logSink(line: string): void {
  logged.lines += 1;
  logged.bytes += line.length;
  logged.last = line;
}

/** A contender, ready: takes an event as parsed from JSON, gives the function's result. */
export type Handler = (event: unknown) => unknown;
