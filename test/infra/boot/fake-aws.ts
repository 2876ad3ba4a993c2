// The parts of AWS that an instance talks to at first boot: IMDSv2, S3, Secrets Manager and CloudFormation. Runs
// inside the network namespace of boot.sh: node fake-aws.ts FILES CERT KEY RECORD. A request is answered with the
// file of FILES that has the last part of its path, or its target, as name.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { basename, join } from 'node:path';

const [files, cert, key, record] = process.argv.slice(2) as [string, string, string, string];
const TOKEN = 'the-imds-token';

const METADATA: Record<string, string> = {
  '/latest/meta-data/instance-id': 'i-0abc',
  '/latest/meta-data/block-device-mapping/root': '/dev/sda1',
  '/latest/meta-data/iam/security-credentials/': 'the-role',
  '/latest/meta-data/iam/security-credentials/the-role': JSON.stringify(
    { Code: 'Success', AccessKeyId: 'AKID', SecretAccessKey: 'THE/SECRET', Token: 'THE+SESSION==' },
    null,
    2,
  ),
};

function imds(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/latest/api/token') {
    const ok = request.method === 'PUT' && request.headers['x-aws-ec2-metadata-token-ttl-seconds'];
    response.writeHead(ok ? 200 : 400).end(ok ? TOKEN : '');
  } else if (request.headers['x-aws-ec2-metadata-token'] !== TOKEN) response.writeHead(401).end();
  else {
    const value = METADATA[request.url ?? ''];
    response.writeHead(value === undefined ? 404 : 200).end(value ?? '');
  }
}

async function aws(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method, url, headers } = request;
  appendFileSync(record, `${JSON.stringify({ method, url, headers, body })}\n`);
  if (headers.host?.startsWith('cloudformation.')) return void response.end('<SignalResourceResponse/>');
  const path = join(files, basename(String(headers['x-amz-target'] ?? url)));
  if (existsSync(path)) response.end(readFileSync(path));
  else response.writeHead(404).end();
}

const tls = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, aws);
createServer(imds).listen(80, '169.254.169.254', () => {
  tls.listen(443, '127.0.0.1', () => writeFileSync(`${record}.up`, ''));
});
