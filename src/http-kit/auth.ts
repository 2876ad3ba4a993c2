import type {
  Awaitable,
  HttpError,
  HttpInterceptor,
  HttpRequest,
  InvocationContext,
  StateKey,
} from '../core/index.ts';
import { assertFunction, assertRealm } from './options.ts';

/** What all kinds of authentication have in common. */
export interface AuthOptions<Identity> {
  /** Takes whoever has sent the request, for handlers and the interceptors further inside. */
  readonly identity?: StateKey<Identity>;
  /** What the client is told to have credentials for. */
  readonly realm?: string;
  /** Whether this identity may do what the request asks for; else 403. Default: whoever is known may. */
  readonly allow?: (
    identity: Identity,
    request: HttpRequest,
    context: InvocationContext,
  ) => Awaitable<boolean>;
  /** Lets requests without credentials pass, without an identity; wrong ones are refused all the same. Default false. */
  readonly optional?: boolean;
}

export const AUTH_OPTIONS = ['identity', 'realm', 'allow', 'optional'];

/** @throws ConfigError naming the option */
export function assertAuthOptions(
  where: string,
  { realm, allow }: Pick<AuthOptions<never>, 'realm' | 'allow'>,
): void {
  if (realm !== undefined) assertRealm(where, realm);
  if (allow !== undefined) assertFunction(where, 'allow', allow);
}

/** One kind of authentication. */
export interface Scheme<Identity> {
  /** The credentials of a request; `undefined` where it has none of this kind. @throws HttpError 401 for broken ones */
  readonly credentialsOf: (request: HttpRequest) => string | undefined;
  /** Whose they are. @throws HttpError */
  readonly identify: (
    credentials: string,
    request: HttpRequest,
    context: InvocationContext,
  ) => Awaitable<Identity>;
  readonly missing: () => HttpError;
  readonly forbidden: () => HttpError;
}

export function authenticate<Identity>(
  scheme: Scheme<Identity>,
  { identity: key, allow, optional = false }: AuthOptions<Identity>,
): HttpInterceptor {
  return async (request, context, next) => {
    const credentials = scheme.credentialsOf(request);
    if (credentials === undefined) {
      if (optional) return next();
      throw scheme.missing();
    }
    const identity = await scheme.identify(credentials, request, context);
    if (allow && !(await allow(identity, request, context))) throw scheme.forbidden();
    if (key) context.set(key, identity);
    return next();
  };
}

/** What follows the name of the scheme in `Authorization`; `undefined` where it is another, or none. */
export function authorizationOf({ headers }: HttpRequest, scheme: string): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const [name = '', ...rest] = authorization.trim().split(/ +/);
  return name.toLowerCase() === scheme ? rest.join(' ') : undefined;
}

export type Parameters = Readonly<Record<string, string | undefined>>;

/** A value of `WWW-Authenticate`. */
export function challenge(scheme: string, parameters: Parameters): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return [scheme, pairs.map(([name, value]) => `${name}="${value}"`).join(', ')].join(' ').trim();
}
