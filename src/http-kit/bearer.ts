import { HttpError, type HttpRequest } from '../core/index.ts';
import { authorizationOf, challenge, type Parameters } from './auth.ts';

/** RFC 6750, 2.1. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** The replies of RFC 6750, section 3. */
export class BearerErrors {
  readonly #realm: string | undefined;
  readonly #scope: string | undefined;

  constructor(realm: string | undefined, scope: string | undefined) {
    this.#realm = realm;
    this.#scope = scope;
  }

  // Without credentials the client is told no error (RFC 6750, 3.1).
  missing = (): HttpError => this.#error(401, 'TOKEN_MISSING', 'A token is needed.', { scope: this.#scope });

  forbidden = (): HttpError =>
    this.#error(403, 'FORBIDDEN', 'The token does not allow this.', {
      error: 'insufficient_scope',
      scope: this.#scope,
    });

  invalid(code = 'TOKEN_INVALID', message = 'The token is not valid.', cause?: unknown): HttpError {
    return this.#error(401, code, message, { error: 'invalid_token', error_description: message }, cause);
  }

  #error(status: number, code: string, message: string, parameters: Parameters, cause?: unknown): HttpError {
    const value = challenge('Bearer', { realm: this.#realm, ...parameters });
    return new HttpError(status, code, message, { headers: { 'www-authenticate': value }, cause });
  }
}

/** The token of `Authorization: Bearer`. @throws HttpError 401 for what cannot be one */
export function bearerTokenOf(request: HttpRequest, errors: BearerErrors): string | undefined {
  const token = authorizationOf(request, 'bearer');
  if (token === undefined) return undefined;
  if (!TOKEN.test(token)) throw errors.invalid();
  return token;
}

/** @returns why a scope cannot stand in a header (RFC 6749, 3.3) */
export function scopeProblem(scope: unknown): string | undefined {
  const good = typeof scope === 'string' && /^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(scope);
  return good ? undefined : 'scope must be names with single spaces between';
}
