import type { Reply } from './reply.ts';
import type { Awaitable, HttpRequest, InvocationContext } from './types.ts';

/** The HTTP routes as a Lambda handler name (`_HANDLER=http`), so no function may have it. */
export const HTTP_HANDLER = 'http';

/** Anything a handler may return; see `toRawResponse`. */
export type ReplyValue = unknown;

/**
 * Answers requests of one route.
 * @typeParam Params of the path; `ParamsOf<'/users/:id'>` is `{ id: string }`
 * @typeParam Valid the outputs of the route's schemas
 * @typeParam Result what it may return; anything where the route has no `response` schema
 */
export type HttpHandler<
  Params = Readonly<Record<string, string>>,
  Valid = Record<never, never>,
  Result = ReplyValue,
> = (request: HttpRequest<Params, Valid>, context: InvocationContext) => Awaitable<Result>;

/** A raw function, Lambda style: takes the event as it came, returns a JSON value. */
export type FunctionHandler<In = unknown, Out = unknown> = (
  event: In,
  context: InvocationContext,
) => Awaitable<Out>;

/**
 * Wraps HTTP handlers. `next()` never rejects: it resolves to the final reply, that of an error included (then
 * `reply.error` is the error), which may be changed or replaced. One that returns nothing after `next()` keeps that reply.
 */
export interface HttpInterceptor {
  (request: HttpRequest, context: InvocationContext, next: () => Promise<Reply>): Awaitable<ReplyValue>;
  /**
   * The first of a route's own interceptors that has it also wraps the framework's answer to OPTIONS, where
   * `access-control-request-method` asks for that route. Interceptors of `use` always do.
   */
  readonly preflight?: boolean;
}

/** Wraps every raw function and event handler; `next()` rejects where the handler throws. */
export type FunctionInterceptor = (
  event: unknown,
  context: InvocationContext,
  next: () => Promise<unknown>,
) => Awaitable<unknown>;

/** Shapes the reply of an error; nothing leaves it to the next hook, in the end to the problem document. */
export type ErrorHook = (
  error: unknown,
  request: HttpRequest,
  context: InvocationContext,
) => Awaitable<ReplyValue | undefined>;

type ParamName<Segment extends string> = Segment extends '*'
  ? '*'
  : Segment extends `::${string}`
    ? never
    : Segment extends `:${infer Name}`
      ? Name
      : never;

type ParamNames<Path extends string> = Path extends `${infer Head}/${infer Tail}`
  ? ParamName<Head> | ParamNames<Tail>
  : ParamName<Path>;

/** The parameters of a route's path: `ParamsOf<'/users/:id/*'>` is `{ id: string; '*': string }`. */
export type ParamsOf<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParamNames<Path>]: string };
