/**
 * A wire by the handle that node:net itself stands on: without that and the streams below it a function has asked for
 * /next 2.5 of 30 ms sooner. Those who need them load them with their own modules, or by their first line of log.
 *
 * `process.binding` is no public interface: its end is announced (DEP0111), by a warning only where somebody asks for it.
 * So this is for the Node.js whose sources were read, which is that of the executable; everywhere else there is `netWire`.
 */
import type { Address } from './address.ts';
import { PEER_CLOSED, READ_BYTES, type Wire, type WireEvents } from './wire.ts';

/** `internalBinding('tcp_wrap')` and `('stream_wrap')` of Node.js 24: src/tcp_wrap.cc, src/stream_base.cc. */
interface Binding {
  readonly TCP: new (type: number) => Handle;
  readonly TCPConnectWrap: new () => Request;
  readonly WriteWrap: new () => WriteRequest;
  readonly constants: { readonly SOCKET: number };
  /** What the last read or write was. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

interface Handle {
  onread: () => void;
  setNoDelay(on: boolean): number;
  /** These return 0 or a negative errno of libuv. */
  connect(request: Request, address: string, port: number): number;
  readStart(): number;
  useUserBuffer(buffer: Uint8Array): void;
  writeUtf8String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  close(): void;
}

interface Request {
  oncomplete: (status: number) => void;
}

interface WriteRequest extends Request {
  handle: Handle;
  /** Kept from the collector until the kernel has it. */
  buffer: Uint8Array | undefined;
}

const KNOWN = process.versions.node.startsWith('24.');
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

let known: Binding | undefined;

/** @returns nothing where there can be none; names are looked up by node:net */
export function tcpWire(address: Address, events: WireEvents): Wire | undefined {
  if (!KNOWN || !IPV4.test(address.host) || warnsOfBindings()) return undefined;
  known ??= bindingOf();
  return known && new TcpWire(known, address, events);
}

function warnsOfBindings(): boolean {
  const { env, execArgv } = process;
  const flags = `${execArgv.join(' ')} ${env.NODE_OPTIONS ?? ''}`;
  // The permission model forbids bindings.
  return env.NODE_PENDING_DEPRECATION === '1' || /--(?:pending-deprecation|permission)/.test(flags);
}

function bindingOf(): Binding | undefined {
  const load = (process as unknown as { binding(name: string): object }).binding;
  try {
    const found = { ...load('tcp_wrap'), ...load('stream_wrap') } as Binding;
    const { TCP, TCPConnectWrap, WriteWrap, streamBaseState } = found;
    return TCP && TCPConnectWrap && WriteWrap && streamBaseState ? found : undefined;
  } catch {
    return undefined;
  }
}

const noop = () => {};

class TcpWire implements Wire {
  readonly #events: WireEvents;
  readonly #binding: Binding;
  readonly #handle: Handle;
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** Writes that the kernel has not taken yet. */
  #unsent = 0;
  #over = false;

  constructor(binding: Binding, { host, port }: Address, events: WireEvents) {
    this.#events = events;
    this.#binding = binding;
    const { TCP, TCPConnectWrap, constants } = binding;
    this.#handle = new TCP(constants.SOCKET);
    this.#handle.setNoDelay(true);
    this.#handle.useUserBuffer(this.#buffer);
    this.#handle.onread = () => this.#onRead();
    const request = new TCPConnectWrap();
    request.oncomplete = (status) => this.#onConnect(status, 'connect', `${host}:${port}`);
    const status = this.#handle.connect(request, host, port);
    // Whoever made it has to know it first.
    if (status !== 0) process.nextTick(() => this.#end(status, 'connect', `${host}:${port}`));
  }

  write(data: string | Uint8Array): boolean {
    if (this.#over) return false;
    const request = new this.#binding.WriteWrap();
    request.handle = this.#handle;
    request.oncomplete = (status) => this.#onWritten(status);
    const status =
      typeof data === 'string'
        ? this.#handle.writeUtf8String(request, data)
        : this.#handle.writeBuffer(request, data);
    if (status !== 0) {
      process.nextTick(() => this.#end(status, 'write'));
      return false;
    }
    const { streamBaseState, kLastWriteWasAsync } = this.#binding;
    if (streamBaseState[kLastWriteWasAsync] === 0) return true;
    if (typeof data !== 'string') request.buffer = data;
    this.#unsent += 1;
    return false;
  }

  destroy(): void {
    if (this.#over) return;
    this.#over = true;
    this.#handle.onread = noop;
    this.#handle.close();
  }

  #onConnect(status: number, call: string, peer: string): void {
    if (this.#over) return;
    const failed = status !== 0 ? status : this.#handle.readStart();
    if (failed !== 0) this.#end(failed, call, peer);
  }

  #onRead(): void {
    const { streamBaseState, kReadBytesOrError } = this.#binding;
    const length = streamBaseState[kReadBytesOrError]!;
    if (length > 0 && !this.#over) this.#events.read(this.#buffer.subarray(0, length));
    else if (length < 0) this.#end(length, 'read');
  }

  #onWritten(status: number): void {
    this.#unsent -= 1;
    if (status !== 0) this.#end(status, 'write');
    else if (this.#unsent === 0 && !this.#over) this.#events.drained();
  }

  #end(status: number, call: string, peer = ''): void {
    if (this.#over) return;
    this.destroy();
    this.#events.lost(reasonOf(status, call, peer));
  }
}

/** As node:net words it. */
function reasonOf(status: number, call: string, peer: string): string {
  const name = process.getBuiltinModule('node:util').getSystemErrorName(status);
  return name === 'EOF' ? PEER_CLOSED : `${call} ${name} ${peer}`.trimEnd();
}
