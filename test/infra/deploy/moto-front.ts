import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Parameter that the tests put into moto, as nobody may write below /aws there. */
export const IMAGE_PARAMETER = '/test/image';

/** Of the calls that are made, the one that moto does not have: it is only noted. */
const UNKNOWN = 'UpdateTerminationProtection';

const CANONICAL = /%2Faws%2Fservice%2Fcanonical%2F[\w.%-]*ami-id/g;

/** moto knows no attributes of a group. */
const GROUP_ARN = /\{\s*"Fn::GetAtt":\s*\[\s*"AutoScalingGroup",\s*"AutoScalingGroupARN"\s*\]\s*\}/g;

const LIKE_ITS_ARN =
  'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0:autoScalingGroupName/$' +
  '{AutoScalingGroup}';

/** A template as moto can make it. */
export const forMoto = (template: string): string =>
  template.replace(GROUP_ARN, () => JSON.stringify({ 'Fn::Sub': LIKE_ITS_ARN }));

/** The form of a call, with its template as moto can make it. */
function translated(form: string): string {
  const fields = new URLSearchParams(form.replace(CANONICAL, encodeURIComponent(IMAGE_PARAMETER)));
  const template = fields.get('TemplateBody');
  if (template !== null) fields.set('TemplateBody', forMoto(template));
  return fields.toString();
}

export interface Front {
  readonly port: number;
  /** Actions of the calls so far, in order. */
  readonly calls: string[];
  /** Actions whose answer never comes. */
  readonly held: Set<string>;
  stop(): Promise<void>;
}

/**
 * A proxy before moto. moto looks the default of an SSM parameter type up even when another is given, and has no
 * Canonical images: the one in the template becomes {@link IMAGE_PARAMETER}. Values of lists come back from moto as
 * Python writes them, and it fails on one that is to be kept: both are put right. See {@link forMoto} and {@link UNKNOWN}
 * for what else is changed.
 */
export async function startFront(motoPort: number): Promise<Front> {
  const calls: string[] = [];
  const held = new Set<string>();
  const kept = new Map<string, string>();
  const server = createServer((incoming, response) => {
    forward(motoPort, incoming, response, { calls, held, kept }).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, calls, held, stop: () => close(server) };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function forward(
  port: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { calls, held, kept }: Pick<Front, 'calls' | 'held'> & { readonly kept: Map<string, string> },
) {
  let body = await buffer(incoming);
  const { method, url, headers } = incoming;
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (form) {
    const fields = new URLSearchParams(translated(body.toString()));
    body = Buffer.from(keepValues(fields, kept).toString());
  }
  const action = form
    ? new URLSearchParams(body.toString()).get('Action')
    : `${method} ${url!.split('?')[0]}`;
  calls.push(action!);
  if (held.has(action!)) return;
  if (action === UNKNOWN) return void outgoing.end(`<${UNKNOWN}Response/>`);
  const upstream = request({
    ...{ host: '127.0.0.1', port, method, path: url },
    headers: { ...headers, 'content-length': body.length },
  });
  upstream.end(body);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  if (!form) {
    outgoing.writeHead(answer.statusCode!, answer.headers);
    return void answer.pipe(outgoing);
  }
  const text = plainLists((await buffer(answer)).toString());
  const { 'content-length': _, 'transfer-encoding': __, ...headersOf } = answer.headers;
  outgoing.writeHead(answer.statusCode!, headersOf).end(text);
}

/** `['a', 'b']` is `a,b`. */
function plainLists(xml: string): string {
  return xml.replace(
    /<ParameterValue>\[([^<]*)\]<\/ParameterValue>/g,
    (_, items: string) => `<ParameterValue>${items.replace(/&#x27;|&apos;|'|\s/g, '')}</ParameterValue>`,
  );
}

/** A value that is to be kept becomes the one that was given last. */
function keepValues(form: URLSearchParams, kept: Map<string, string>): URLSearchParams {
  if (form.get('Action') !== 'CreateChangeSet') return form;
  for (const [field, key] of [...form]) {
    const [, at] = /^Parameters\.member\.(\d+)\.ParameterKey$/.exec(field) ?? [];
    if (at === undefined) continue;
    const name = `${form.get('StackName')} ${key}`;
    const value = `Parameters.member.${at}.ParameterValue`;
    if (form.get(`Parameters.member.${at}.UsePreviousValue`) === 'true') {
      form.delete(`Parameters.member.${at}.UsePreviousValue`);
      form.set(value, kept.get(name)!);
    }
    kept.set(name, form.get(value)!);
  }
  return form;
}
