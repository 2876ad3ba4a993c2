import t from 'tap';
import { htmlOf, mermaidOf, type PicturedService, pictureOf } from '../../../infra/describe/index.ts';
import { emitTopology, type TopologyOptions } from '../../../infra/index.ts';
import { s3, schedule, sqs } from '../../../src/adapters/lambda/sources/events/index.ts';
import { runMain, SAMPLE_MAIN } from '../../support/run-app.ts';
import { optionsOf } from '../placed.ts';
import { SAMPLE } from '../sample.ts';

const SERVICE: PicturedService = {
  name: 'Omega <b>"&\'',
  version: '1.2.3',
  description: '</title><script>alert(1)</script>',
  routes: [
    { method: 'GET', path: '/a/:b' },
    { method: 'POST', path: '/x"]-->y' },
  ],
  functions: [{ name: 'hello' }, { name: 'on-upload_2', source: 's3' }],
};

const pictured = (options: Partial<TopologyOptions> = {}, service = SERVICE) =>
  pictureOf(service, emitTopology({ ...SAMPLE, ...options }).template);

const edgesOf = (picture: ReturnType<typeof pictured>) => {
  const titles = new Map(picture.columns.flatMap(({ boxes }) => boxes).map(({ id, title }) => [id, title]));
  return picture.edges.map(
    ({ from, to, label }) => `${titles.get(from)} > ${titles.get(to)}${label ? ` (${label})` : ''}`,
  );
};

t.test('the least topology: what runs what, and no entry that is not there', async (t) => {
  const picture = pictured();
  t.same(edgesOf(picture).sort(), [
    'EC2 instances > HTTP routes',
    'Invoke API > Lambda hello',
    'Invoke API > Lambda http',
    'Invoke API > Lambda on-upload_2',
    'Lambda hello > hello',
    'Lambda http > HTTP routes',
    'Lambda on-upload_2 > on-upload_2',
    'Port 9999 > EC2 instances',
    's3 events > Lambda on-upload_2',
  ]);
  const port = picture.columns[0]!.boxes.find(({ title }) => title === 'Port 9999');
  t.match(port!.lines, ['HTTP server', 'from nowhere, until AppCidr is set']);
});

t.test('every entry of the template is drawn', async (t) => {
  const picture = pictured({
    ...{ alb: 'internal', trustProxy: ['10.0.0.0/16'], ec2Weight: 80, lambdaWeight: 20, failover: 'rule' },
    ...{ functionUrl: 'iam', httpApi: 'open', key: 'ops', sshCidr: '10.1.0.0/16', appCidr: '10.0.0.0/8' },
  });
  const balancer = picture.columns[0]!.boxes.find(({ title }) => title === 'Load balancer');
  t.same(balancer!.lines, ['internal', 'from 10.0.0.0/8', 'HTTP 80']);
  t.notOk(picture.edges.some(({ idle }) => idle));
  const edges = edgesOf(picture);
  for (const edge of [
    'Load balancer > EC2 instances (weight 80)',
    'Load balancer > Lambda http (weight 20)',
    'Function URL > Lambda http',
    'HTTP API > Lambda http',
    'Port 22 > EC2 instances',
  ]) {
    t.ok(edges.includes(edge), edge);
  }
  t.notOk(edges.includes('Port 9999 > EC2 instances'), 'the port is open for the load balancer only');
  const compute = picture.columns[1]!.boxes.map(({ title }) => title);
  t.same(
    compute,
    ['Lambda http', 'Lambda hello', 'Lambda on-upload_2', 'EC2 instances'],
    'no helper of the stack',
  );
});

t.test('the placement: queues before instances, routes by their rules', async (t) => {
  const options = optionsOf(
    {
      hello: { runOn: 'instances' },
      orders: { runOn: 'both', source: sqs({ queue: 'arn:aws:sqs:us-east-1:123456789012:orders' }) },
      nightly: { runOn: 'instances', source: schedule({ expression: 'rate(1 day)' }) },
    },
    {
      'GET /': { runOn: 'both' },
      'GET /users/:id': { runOn: 'lambda' },
      'POST /users/:id': { runOn: 'instances' },
    },
  );
  const { name, version, routes, handlers } = options.service;
  const service = {
    ...{ name, version, description: '', routes: routes! },
    functions: Object.entries(handlers!).map(([name, { source, runOn }]) => ({ name, source, runOn })),
  };
  const balanced = { ...options, alb: 'internal', trustProxy: ['10.0.0.0/16'] } as const;
  const picture = pictureOf(service, emitTopology(balanced).template);
  t.same(
    picture.columns.map(({ title }) => title),
    ['Entries', 'Queues', 'One executable', 'Registry'],
  );
  t.same(edgesOf(picture).sort(), [
    'EC2 instances > HTTP routes',
    'EC2 instances > hello',
    'EC2 instances > nightly',
    'EC2 instances > orders',
    'Invoke API > Lambda http',
    'Invoke API > Lambda orders',
    'Lambda http > HTTP routes',
    'Lambda orders > orders',
    'Load balancer > EC2 instances (weight 100, 1 rule)',
    'Load balancer > Lambda http (weight 0, 1 rule)',
    'Queue of hello > EC2 instances',
    'Queue of nightly > EC2 instances',
    'Queue of orders > EC2 instances',
    'schedule events > Queue of nightly',
    'sqs events > Lambda orders',
    'sqs events > Queue of orders',
  ]);
  const linesOf = (wanted: string) =>
    picture.columns.flatMap(({ boxes }) => boxes).find(({ title }) => title === wanted)!.lines;
  t.same(linesOf('Load balancer'), [
    'internal',
    'from nowhere, until AppCidr is set',
    'HTTP 80',
    'GET,HEAD,OPTIONS /users/* to Lambda',
    'POST /users/* to instances',
    '/* to both by weight',
  ]);
  t.match(linesOf('EC2 instances')[1], 'supervisord: app httpServer, app worker');
  t.same(linesOf('HTTP routes'), ['GET /', 'GET /users/:id (lambda)', 'POST /users/:id (instances)']);
  t.same([linesOf('Queue of orders'), linesOf('Queue of hello')], [['its own'], ['with dead letters']]);
});

t.test('the page loads nothing and shows names as they are', async (t) => {
  const page = htmlOf(pictured());
  t.notMatch(page, /<script|<link|<img|\bhref=(?!"#)|\bsrc=|url\((?!#)|@import/);
  t.match(page, /Content-Security-Policy" content="default-src 'none'/);
  t.match(page, '<h1>Omega &lt;b&gt;&quot;&amp;&#39; 1.2.3</h1>');
  t.match(page, '&lt;/title&gt;&lt;script&gt;');
  t.equal(page.match(/<rect /g)?.length, 10, 'a box each');
  t.equal(page.match(/<path class="edge" /g)?.length, 9, 'a curve each');
  const numbers = page.match(/<svg[\s\S]*<\/svg>/)![0].match(/NaN|undefined|Infinity/);
  t.equal(numbers, null);
});

t.test('long lists and names stay readable', async (t) => {
  const routes = Array.from({ length: 100 }, (_, i) => ({ method: 'GET', path: `/${i}/${'x'.repeat(80)}` }));
  const page = htmlOf(pictured({}, { ...SERVICE, routes }));
  t.match(page, /and 40 more/);
  t.match(page, /GET \/0\/x+\u2026<\/text>/, 'cut in the box');
  t.match(page, /<title>HTTP routes, GET \/0\/x{80}, /, 'whole in the tooltip');
});

t.test('a way that nothing goes is faded', async (t) => {
  const picture = pictured({ alb: 'internet-facing', trustProxy: ['10.0.0.0/16'] });
  const idle = picture.edges.filter(({ idle }) => idle);
  t.strictSame(
    idle.map(({ label }) => label),
    ['weight 0'],
  );
  const page = htmlOf(picture);
  t.equal(page.match(/<path class="edge idle" /g)?.length, 1);
  t.match(page, /<p class="idle">leads to <a href="#box-\d+">Lambda http<\/a> \(weight 0\)<\/p>/);
  t.equal(mermaidOf(picture).match(/ -\.->\|"weight 0"\| /g)?.length, 1);
});

t.test('where events come from, and which proxies are trusted', async (t) => {
  const functions = [
    { name: 'a', source: 's3', trigger: s3({ bucket: { create: true }, prefix: 'photos/' }).trigger! },
    {
      name: 'b',
      source: 'sqs',
      trigger: sqs({ queue: 'arn:aws:sqs:us-east-1:123456789012:orders' }).trigger!,
    },
    { name: 'c', source: 'sqs', trigger: sqs({ queue: { 'Fn::GetAtt': ['Jobs', 'Arn'] } }).trigger! },
    { name: 'd', source: 'sqs', trigger: sqs({ queue: { parameter: 'QueueArn' } }).trigger! },
    { name: 'e', source: 'schedule', trigger: schedule({ expression: 'rate(1 day)' }).trigger! },
  ];
  const picture = pictured({}, { ...SERVICE, functions, trustProxy: ['10.0.0.0/16'] });
  const lines = picture.columns[0]!.boxes.filter(({ title }) => / events$/.test(title)).map(
    ({ lines }) => lines,
  );
  t.strictSame(lines, [
    ['bucket of the stack', 'prefix photos/'],
    ['queue orders'],
    ['queue (Jobs)'],
    ['queue (QueueArn)'],
    ['expression rate(1 day)'],
  ]);
  const instances = picture.columns[1]!.boxes.find(({ title }) => title === 'EC2 instances');
  t.equal(instances!.lines.at(-1), 'trusts X-Forwarded-* of 10.0.0.0/16');
});

t.test('the words say what the drawing shows', async (t) => {
  const picture = pictured();
  const page = htmlOf(picture);
  const boxes = picture.columns.flatMap(({ boxes }) => boxes);
  t.equal(page.match(/<li class="card" id="box-\d+">/g)?.length, boxes.length);
  for (const { from, to } of picture.edges) {
    const [at, leads] = [from, to].map((id) => boxes.findIndex((box) => box.id === id));
    t.match(page, new RegExp(`id="box-${at}">(?:(?!</li>\n).)*href="#box-${leads}"`), `${from} to ${to}`);
  }
});

t.test('Mermaid text: safe ids, escaped labels', async (t) => {
  const text = mermaidOf(pictured());
  t.match(text, /^---\ntitle: "Omega <b>\\"&' 1\.2\.3"\n---\nflowchart LR\n/);
  t.match(text, 'POST /x#34;#93;--#62;y');
  const lines = text.split('\n').slice(4, -1);
  const known = /^ {2}(subgraph c\d+\["[^"]*"\]|end|n\d+ -->(\|"[^"]*"\|)? n\d+)$|^ {4}n\d+\["[^"]*"\]$/;
  t.same(
    lines.filter((line) => !known.test(line)),
    [],
  );
});

t.test('app describe draws what the flags give', async (t) => {
  const mermaid = await runMain(SAMPLE_MAIN, ['describe', '--format', 'mermaid', '--functionUrl', 'iam']);
  t.equal(mermaid.code, 0, mermaid.stderr);
  t.match(mermaid.stdout, /<b>Function URL<\/b>[\s\S]*GET \/<br\/>POST \/echo\/:name/);
  const html = await runMain(SAMPLE_MAIN, ['describe', '--format', 'html']);
  t.match(html.stdout, /^<!doctype html>[\s\S]*<\/html>\n$/);
  const bad = await runMain(SAMPLE_MAIN, ['describe', '--format', 'html', '--port', 'x']);
  t.match(bad, { code: 2, stdout: '', stderr: /--port "x"/ });
  t.equal((await runMain(SAMPLE_MAIN, ['describe', '--format', 'svg'])).code, 2);
});
