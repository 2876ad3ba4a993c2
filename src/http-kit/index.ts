/** The package `amphi/http-kit`: what HTTP services need beside their handlers: interceptors, uploads, files, event streams. */
export { type BasicAuthOptions, basicAuth, passwords } from './basic-auth.ts';
export { type BearerAuthOptions, bearerAuth, secretTokens } from './bearer-auth.ts';
export { type CompressOptions, compress } from './compress.ts';
export { type CorsOptions, cors } from './cors.ts';
export { type EtagOptions, etag } from './etag.ts';
export type { EventStream, SseOptions } from './event-channel.ts';
export type { ServerSentEvent } from './event-text.ts';
export { type JwtClaims, type JwtOptions, jwt, jwtClaims } from './jwt.ts';
export type { JwtAlgorithm, RemoteKeys } from './jwt-keys.ts';
export { multipart } from './multipart.ts';
export { type RateLimitOptions, rateLimit } from './rate-limit.ts';
export { type MemoryStoreOptions, memoryStore, type RateLimitStore } from './rate-limit-store.ts';
export { correlationId, type RequestIdOptions, requestId } from './request-id.ts';
export { equalInConstantTime } from './secrets.ts';
export { cspNonce, type SecurityHeadersOptions, securityHeaders } from './security-headers.ts';
export { type CookieAttributes, deleteCookie, setCookie } from './set-cookie.ts';
export {
  type SignedCookie,
  type SignedCookies,
  type SignedCookiesOptions,
  signedCookies,
} from './signed-cookies.ts';
export { type EventStreamSource, sse } from './sse.ts';
export { staticFiles } from './static-files.ts';
export type { StaticFilesOptions } from './static-options.ts';
export { textFile } from './text-file.ts';
