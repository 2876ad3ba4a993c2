import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpError, REASON_PHRASES } from '../../core/index.ts';
import { streamOf } from './http2.ts';
import { rawProblem, sendProblem } from './raw-problem.ts';
import type { RequestHandler } from './request-handler.ts';
import { undoStream } from './send.ts';

const CODE = /^[A-Z][A-Z0-9_]*$/;

/** Fastify's error handler: streams that fail before their first byte, and errors of plugins. */
export function errorHandler(handler: RequestHandler) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    if (undoStream(reply)) handler.fail(error, request, reply);
    else handler.refuse(fromPlugin(error), request, reply);
  };
}

/** A plugin's 4xx is meant for the client; anything else is for the log. */
function fromPlugin(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  const { statusCode, code, message } = error as { statusCode?: unknown; code?: unknown; message?: unknown };
  if (typeof statusCode !== 'number' || !(statusCode >= 400 && statusCode < 500)) return error;
  return new HttpError(statusCode, CODE.test(String(code)) ? String(code) : 'BAD_REQUEST', String(message));
}

interface ParserError extends Error {
  readonly code?: string;
}

/** For bytes that are no HTTP request: no request object exists, so the answer is written by hand. */
export function answerClientError(error: ParserError, socket: Socket): void {
  // A client that connected early and sent nothing expects no answer either.
  if (error.code === 'ECONNRESET' || socket.destroyed || socket.bytesRead === 0 || answering(socket)) {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(parserProblem(error)));
}

/** Nothing here is a proxy, and without an answer the client would wait for its own time-out. */
export function refuseConnect(request: IncomingMessage, to: Duplex | ServerResponse): void {
  const error = new HttpError(405, 'METHOD_NOT_ALLOWED', 'This server is no proxy: it takes no CONNECT.');
  if (streamOf(request)) sendProblem(to as ServerResponse, error);
  else (to as Duplex).end(rawAnswer(error));
}

/** Node keeps the response under way here; its own default handler looks at the same place. */
function answering(socket: Socket): boolean {
  const { _httpMessage } = socket as Socket & { _httpMessage?: ServerResponse };
  return _httpMessage?.headersSent === true;
}

function parserProblem({ code }: ParserError): HttpError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new HttpError(431, 'HEADERS_TOO_LARGE', 'The headers are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new HttpError(408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.');
  return new HttpError(400, 'BAD_REQUEST', 'The request is not valid HTTP.');
}

function rawAnswer(error: HttpError): string {
  const { headers, body } = rawProblem(error);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${error.status} ${REASON_PHRASES[error.status]}`, ...lines, '', body].join('\r\n');
}
