/**
 * The same handler in each framework, every feature in: a path parameter, a repeated query key, a request cookie, a
 * parsed JSON body, a log line with the request id, a JSON reply with a header and two cookies.
 */
import { invokeHttp } from '../../../src/adapters/lambda/sources/http/invoke.ts';
import { Context, createLogger, createRegistry, reply } from '../../../src/core/index.ts';
import { answerOf, type Handler, logSink, type Order, REQUEST_ID, SET_COOKIES } from './event-data.ts';

export const CONTENDERS: Readonly<Record<string, () => Promise<Handler>>> = {
  amphi: async () => amphi(),
  'fastify-lambda': fastifyLambda,
  hono,
};

const LAMBDA_CONTEXT = {
  awsRequestId: REQUEST_ID,
  functionName: 'bench',
  getRemainingTimeInMillis: () => 3000,
};

function amphi(): Handler {
  const registry = createRegistry({ name: 'bench' });
  registry.post('/shops/:shop/orders', async (request, context) => {
    const order = await request.json<Order>();
    context.logger.info('order', { shop: request.params.shop });
    const tags = request.query.getAll('tag');
    const body = answerOf(request.params.shop!, tags, request.cookies.session!, order, context.requestId);
    return reply(body, { status: 201, headers: { 'x-shop': request.params.shop }, cookies: SET_COOKIES });
  });
  const service = registry.freeze();
  const logger = createLogger({ write: logSink });
  // The runtime loop makes a context for each event, so that counts.
  return (event) => {
    const context = new Context({ requestId: REQUEST_ID, functionName: 'bench', logger, event });
    return Promise.resolve(invokeHttp(service, event, context)).finally(() => context.finish());
  };
}

// biome-ignore lint/suspicious/noExplicitAny: each is used as its documentation for JavaScript shows
type Untyped = any;

async function fastifyLambda(): Promise<Handler> {
  const { default: awsLambdaFastify }: Untyped = await import('@fastify/aws-lambda');
  const { default: Fastify } = await import('fastify');
  const app: Untyped = Fastify({
    disableRequestLogging: true,
    logger: { level: 'info', stream: { write: logSink } },
    genReqId: () => REQUEST_ID,
  });
  app.register((await import('@fastify/cookie')).default);
  app.post('/shops/:shop/orders', async (request: Untyped, response: Untyped) => {
    const { shop } = request.params;
    request.log.info({ shop }, 'order');
    const requestId = request.awsLambda.context.awsRequestId;
    const body = answerOf(shop, request.query.tag, request.cookies.session, request.body, requestId);
    response.setCookie('seen', '1', { path: '/', httpOnly: true, sameSite: 'lax' });
    response.setCookie('last', '17', { path: '/', sameSite: 'lax' });
    response.code(201).header('x-shop', shop);
    return body;
  });
  const proxy = awsLambdaFastify(app);
  await app.ready();
  return (event) => proxy(event, LAMBDA_CONTEXT);
}

async function hono(): Promise<Handler> {
  const { Hono } = await import('hono');
  const { handle } = await import('hono/aws-lambda');
  const { getCookie, setCookie } = await import('hono/cookie');
  const app = new Hono();
  app.post('/shops/:shop/orders', async (c: Untyped) => {
    const order = await c.req.json();
    const shop = c.req.param('shop');
    const requestId = c.env.lambdaContext.awsRequestId;
    // Hono has no structured logger: the least that makes the same line.
    logSink(
      `${JSON.stringify({ timestamp: new Date().toISOString(), level: 'INFO', requestId, message: 'order', shop })}\n`,
    );
    setCookie(c, 'seen', '1', { path: '/', httpOnly: true, sameSite: 'Lax' });
    setCookie(c, 'last', '17', { path: '/', sameSite: 'Lax' });
    c.header('x-shop', shop);
    return c.json(answerOf(shop, c.req.queries('tag')!, getCookie(c, 'session')!, order, requestId), 201);
  });
  const handler: Untyped = handle(app);
  return (event) => handler(event, LAMBDA_CONTEXT);
}
