import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ProxyAddr } from './fastify.deferred.ts';

/** Whether an address is that of a proxy whose `X-Forwarded-*` count; `hop` 0 is the connection's own. */
export type Trust = (address: string, hop: number) => boolean;

/** What of a request the core asks Fastify for; each is found when it is asked for. */
export interface ClientRequest {
  readonly raw: IncomingMessage;
  readonly ip: string | undefined;
  readonly protocol: string | undefined;
}

/** A request past Fastify, with Fastify's own answers. */
export class DirectRequest implements ClientRequest {
  readonly raw: IncomingMessage;
  readonly #proxies: Proxies;

  constructor(raw: IncomingMessage, proxies: Proxies) {
    this.raw = raw;
    this.#proxies = proxies;
  }

  get ip(): string | undefined {
    return this.#proxies.clientOf(this.raw);
  }

  get protocol(): string {
    return this.#proxies.schemeOf(this.raw);
  }
}

/** The proxies in front of the server. */
export class Proxies {
  readonly #proxyAddr: ProxyAddr;
  readonly #trust: Trust | undefined;

  /** @param networks as Fastify's `trustProxy` takes them */
  constructor(proxyAddr: ProxyAddr, networks: readonly string[] | undefined) {
    this.#proxyAddr = proxyAddr;
    this.#trust = networks && proxyAddr.compile([...networks]);
  }

  clientOf(raw: IncomingMessage): string | undefined {
    return this.#trust ? this.#proxyAddr.all(raw, this.#trust).at(-1) : raw.socket.remoteAddress;
  }

  schemeOf({ headers, socket }: IncomingMessage): string {
    const said = headers['x-forwarded-proto'];
    if (this.#trust && said && this.#trust(socket.remoteAddress!, 0))
      return [said].flat().join().split(',').at(-1)!.trim();
    return (socket as TLSSocket).encrypted ? 'https' : 'http';
  }
}
