import t from 'tap';
import { emitTopology, provisionProblems, type TopologyOptions } from '../../infra/index.ts';
import { imageProblem, rootDeviceOf, UBUNTU } from '../../infra/topology/images.ts';
import { regionProblems, triggerRegionProblems } from '../../infra/topology/regional.ts';
import { topologyWarnings } from '../../infra/topology/warnings.ts';
import { FULL, SAMPLE } from './sample.ts';
import { BALANCED, VARIANTS } from './variants.ts';

const GOOD = { s3Bucket: 'my-bucket.1', s3Key: 'a/b_c-1.2~3.zip' };

t.test('good flags have no problems', async (t) => {
  t.same(provisionProblems(GOOD), []);
  t.same(provisionProblems({ ...FULL }), []);
  t.same(
    provisionProblems({ ...GOOD, key: 'my key (ops)', sshCidr: '10.0.0.0/8', appCidr: '1.2.3.4/32' }),
    [],
  );
  t.same(provisionProblems({ s3Bucket: 'b'.repeat(63), s3Key: 'k'.repeat(1024) }), [], 'the longest');
});

const REFUSED: [Record<string, unknown>, string[]][] = [
  [{ s3Bucket: undefined, s3Key: undefined }, ['--s3Bucket is missing', '--s3Key is missing']],
  [{ s3Bucket: '' }, ['--s3Bucket needs a value']],
  [{ s3Bucket: 'ab' }, ['--s3Bucket "ab" has 2 characters, not 3 to 63']],
  [{ s3Bucket: 'b'.repeat(64) }, [`--s3Bucket "${'b'.repeat(64)}" has 64 characters, not 3 to 63`]],
  [
    { s3Bucket: 'My-bucket' },
    ['--s3Bucket "My-bucket" may only hold lower-case letters, digits, dots and hyphens'],
  ],
  [{ s3Bucket: '-bucket' }, ['--s3Bucket "-bucket" must start and end with a letter or digit']],
  [{ s3Bucket: 'a..b' }, ['--s3Bucket "a..b" may not hold two dots side by side']],
  [{ s3Bucket: '10.0.0.1' }, ['--s3Bucket "10.0.0.1" may not look like an IP address']],
  [{ s3Bucket: 'xn--a' }, ['--s3Bucket "xn--a" starts with a prefix that S3 reserves']],
  [{ s3Bucket: 'a-s3alias' }, ['--s3Bucket "a-s3alias" ends with a suffix that S3 reserves']],
  [{ s3Bucket: ['aaa', 'bbb'] }, ['--s3Bucket is given 2 times']],
  [{ s3Key: true }, ['--s3Key needs a value']],
  [{ s3Key: "a'; rm -rf /" }, [`--s3Key "a'; rm -rf /" may only hold letters, digits and - . _ ~ /`]],
  [{ s3Key: 'a*' }, ['--s3Key "a*" may only hold letters, digits and - . _ ~ /']],
  [{ s3Key: '/a' }, ['--s3Key "/a" may neither start nor end with a slash']],
  [{ s3Key: 'a/../b' }, ['--s3Key "a/../b" may not hold an empty, . or .. segment']],
  [{ s3Key: 'k'.repeat(1025) }, [`--s3Key "${'k'.repeat(1025)}" has 1025 characters; S3 allows 1024`]],
  [{ key: 'a\nb' }, ['--key "a\\nb" may only hold printable ASCII characters']],
  [{ key: ' a' }, ['--key " a" may neither start nor end with white space']],
  [{ key: 'a'.repeat(256) }, [`--key "${'a'.repeat(256)}" has 256 characters; EC2 allows 255`]],
  [{ sshCidr: '10.0.0.0/8' }, ['--sshCidr needs --key']],
  [{ key: 'k', sshCidr: '0.0.0.0/0' }, ['--sshCidr "0.0.0.0/0" would open SSH to the whole internet']],
  [{ appCidr: '10.0.0.0' }, ['--appCidr "10.0.0.0" is not an IPv4 range such as 10.0.0.0/16']],
  [{ appCidr: '10.0.0.300/32' }, ['--appCidr "10.0.0.300/32" is not an IPv4 range such as 10.0.0.0/16']],
  [{ appCidr: '10.0.0.1/16' }, ['--appCidr "10.0.0.1/16" has bits set beyond its /16']],
  [{ sha256: 'ABC' }, ['--sha256 "ABC" is not 64 lower-case hex digits']],
  [{ readinessPath: "/a'b" }, [`readinessPath "/a'b" is not a plain URL path that starts with /`]],
  [{ port: 80 }, ['--port 80 is not a whole number from 1024 to 65535']],
  [{ timeout: 901 }, ['--timeout 901 is not a whole number from 1 to 900']],
  [{ port: ['8080', '8081'] }, ['--port is given 2 times']],
  [{ port: '' }, ['--port needs a value']],
  [{ stopwaitsecs: 0 }, ['stopwaitsecs 0 is not a whole number from 1 to 86400']],
  [{ environment: 'A=b' }, ['--env "A=b" is not an object']],
  [{ environment: { AB: 1 } }, ['--env AB: it is not a text']],
  [
    { environment: ['AB=1', 'nope', '=x', 'CD=a\nb'] },
    [
      '--env "nope" is not NAME=value',
      '--env "=x" is not NAME=value',
      "--env CD: the instances' supervisord cannot hold it: control character U+000A at index 1",
    ],
  ],
  [
    { environment: { AB: 'x"', DB: '{{resolve:secretsmanager:db}}' } },
    [
      "--env AB: the instances' supervisord cannot hold it: a value that starts or ends with a quote is lost by supervisord",
      '--env DB: {{resolve:...}} would be resolved for functions, and stay as it is on instances: read the secret at run time',
    ],
  ],
  [{ appCidr: '2001:db8::/32' }, ['--appCidr "2001:db8::/32" is not an IPv4 range such as 10.0.0.0/16']],
  [{ memorySize: 128.5 }, ['--memorySize 128.5 is not a whole number from 128 to 10240']],
];

const ALB = { alb: 'internal', trustProxy: ['10.0.0.0/16'] };
const ARN = 'arn:aws:acm:eu-west-1:123456789012:certificate/abc';
const DNS = { failover: 'dns', certificateArn: ARN, domainName: 'a.example.com', hostedZoneId: 'Z1' };

const REFUSED_ENTRIES: typeof REFUSED = [
  [{ ...ALB, alb: 'public' }, ['--alb "public" is none of internet-facing, internal']],
  [{ alb: 'internal' }, ['--alb needs --trustProxy']],
  [{ trustProxy: ['10.0.0.0/16'] }, ['--trustProxy needs --alb']],
  [{ ...ALB, trustProxy: [] }, ['--trustProxy needs a value']],
  [
    { ...ALB, trustProxy: ['10.0.0.0/16', '10.0.0.1/16', 'x', '0.0.0.0/0'] },
    [
      '--trustProxy "10.0.0.1/16" has bits set beyond its /16',
      '--trustProxy "x" is not an IPv4 range such as 10.0.0.0/16',
      '--trustProxy "0.0.0.0/0" would let anyone forge X-Forwarded-For',
    ],
  ],
  [{ certificateArn: ARN }, ['--certificateArn needs --alb']],
  [{ ...ALB, certificateArn: 'x' }, ['--certificateArn "x" is not the ARN of an ACM certificate']],
  [{ lambdaWeight: 10 }, ['--lambdaWeight needs --alb']],
  [{ ec2Weight: 10 }, ['--ec2Weight needs --alb']],
  [{ ...ALB, lambdaWeight: 101 }, ['--lambdaWeight 101 is not a whole number from 0 to 100']],
  [{ ...ALB, ec2Weight: 0 }, ['--ec2Weight and --lambdaWeight are both 0: nothing would take the traffic']],
  [
    { ...ALB, ec2Weight: 0, lambdaWeight: 1, failover: 'rule' },
    ['--failover needs an --ec2Weight above 0: it leads away from the instances'],
  ],
  [{ stickiness: 60 }, ['--stickiness needs --alb']],
  [{ ...ALB, stickiness: 0 }, ['--stickiness 0 is not a whole number from 1 to 604800']],
  [{ failover: 'rule' }, ['--failover needs --alb']],
  [{ ...ALB, failover: 'x' }, ['--failover "x" is none of rule, dns']],
  [
    { ...ALB, alb: 'internet-facing', failover: 'dns' },
    [
      '--failover dns needs --domainName',
      '--failover dns needs --certificateArn',
      '--failover dns needs --httpApi open: the HTTP API takes over from the load balancer',
    ],
  ],
  [
    { ...ALB, ...DNS, httpApi: 'open' },
    ['--failover dns needs --alb internet-facing: the HTTP API is public'],
  ],
  [{ ...ALB, domainName: 'a.example.com' }, ['--domainName needs --hostedZoneId']],
  [{ ...ALB, hostedZoneId: 'Z1' }, ['--hostedZoneId needs --domainName']],
  [
    { ...ALB, domainName: 'A_b', hostedZoneId: 'x' },
    [
      '--domainName "A_b" is not a lower-case domain name',
      '--hostedZoneId "x" is not the id of a Route 53 hosted zone',
    ],
  ],
  [
    { tlsSecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:name' },
    [
      '--tlsSecretArn "arn:aws:secretsmanager:eu-west-1:123456789012:secret:name" is not the whole ARN of a Secrets Manager secret',
    ],
  ],
  [{ tlsSecretVersion: 'a'.repeat(32) }, ['--tlsSecretVersion needs --tlsSecretArn']],
  [{ functionUrl: 'all' }, ['--functionUrl "all" is none of iam, open']],
  [{ httpApi: '' }, ['--httpApi needs a value']],
  [{ stream: true }, ['--stream needs --functionUrl']],
  [{ functionUrl: 'iam', stream: true, ...ALB }, ['--stream cannot go with --alb']],
  [{ functionUrl: 'iam', stream: true, httpApi: 'iam' }, ['--stream cannot go with --httpApi']],
  [{ logs: 'yes' }, ['--logs takes no value']],
];

t.test('good entries have no problems', async (t) => {
  for (const [name, options] of Object.entries(VARIANTS)) t.same(provisionProblems({ ...options }), [], name);
  t.same(
    provisionProblems({ ...GOOD, stream: false, logs: false }),
    [],
    'what is switched off needs nothing',
  );
});

for (const [flags, problems] of [...REFUSED, ...REFUSED_ENTRIES]) {
  t.test(`refused: ${JSON.stringify(flags).slice(0, 60)}`, async (t) => {
    t.same(provisionProblems({ ...GOOD, ...flags }), problems);
  });
}

t.test('what works but is seldom meant is a warning', async (t) => {
  const open = { ...GOOD, ...ALB, alb: 'internet-facing' };
  t.match(topologyWarnings(open), [/^--alb internet-facing without --certificateArn: .*unencrypted$/]);
  t.match(topologyWarnings({ ...GOOD, appCidr: '0.0.0.0/0' }), [/^--appCidr 0\.0\.0\.0\/0 without --tlsSec/]);
  const fine = [
    GOOD,
    { ...GOOD, ...ALB },
    { ...open, certificateArn: ARN },
    { ...open, certificateArn: ARN, appCidr: '0.0.0.0/0' },
  ];
  t.same(fine.flatMap(topologyWarnings), []);
});

t.test('what has to be in the region of the stack, and is not, is refused by its flag', async (t) => {
  const tlsSecretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf';
  const flags = { ...GOOD, ...ALB, certificateArn: ARN, tlsSecretArn };
  t.same(regionProblems(flags, 'eu-west-1'), []);
  t.same(regionProblems(flags, 'us-east-1'), [
    '--tlsSecretArn is in eu-west-1, the stack in us-east-1: both must be in one',
    '--certificateArn is in eu-west-1, the stack in us-east-1: both must be in one',
  ]);
});

t.test('a queue of another region than the stack is told before Lambda refuses it', async (t) => {
  const queue = 'arn:aws:sqs:eu-west-1:123456789012:q';
  const mapping = (EventSourceArn: unknown) => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn },
  });
  const topic = { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: queue.replace('sqs', 'sns') } };
  const Resources = { Near: mapping({ Ref: 'Queue' }), Far: mapping(queue), Topic: topic };
  t.same(triggerRegionProblems({ Resources }, 'eu-west-1'), []);
  t.same(triggerRegionProblems({ Resources }, 'us-east-1'), [
    `Far: ${queue} is in eu-west-1, the stack in us-east-1: both must be in one`,
  ]);
});

t.test('a public image has its root device, and one that cannot boot is refused', async (t) => {
  const debian = '/aws/service/debian/release/12/latest/amd64';
  t.equal(rootDeviceOf(debian), '/dev/xvda');
  t.equal(rootDeviceOf(UBUNTU), '/dev/sda1');
  t.equal(rootDeviceOf('/my/image'), undefined);
  t.same([debian, UBUNTU, '/my/image', 'ami-12345678'].map(imageProblem), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  const bad = {
    '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64': /neither an Ubuntu nor a Debian/,
    [UBUNTU.replace('amd64', 'arm64')]: /no x86_64/,
    [UBUNTU.replace('24.04', '22.04')]: /older than Ubuntu 24\.04: its curl/,
    [UBUNTU.replace('24.04', 'jammy')]: /older than Ubuntu/,
    [debian.replace('12', '11')]: /older than Debian 12/,
    '/aws/service/debian/release/bullseye/latest/amd64': /older than Debian 12/,
  };
  for (const [path, problem] of Object.entries(bad)) t.match(imageProblem(path), problem, path);
});

t.test('retention has to be one that CloudWatch knows', async (t) => {
  t.match(provisionProblems({ ...GOOD, logRetentionDays: 8 }), [/^--logRetentionDays 8 is none of 1, 3, 5/]);
});

t.test('emitTopology throws all problems at once', async (t) => {
  const options = { ...SAMPLE, s3Bucket: 'X', s3Key: '/', environment: { AWS_REGION: 'x', A: 'x' } };
  t.throws(() => emitTopology(options), {
    name: 'ProvisionError',
    problems: [
      /^--s3Bucket "X" has 1 characters/,
      /^--s3Key "\/" may neither/,
      /^--env AWS_REGION: the name is reserved/,
      /^--env A: AWS Lambda takes/,
    ],
  });
  t.throws(() => emitTopology({ service: SAMPLE.service } as TopologyOptions), {
    message: '--s3Bucket is missing\n--s3Key is missing',
  });
});

t.test('what supervisord or CloudFormation cannot hold is a ProvisionError too', async (t) => {
  const refused = { name: 'ProvisionError', message: /^--env QUOTES: .*both kinds of quotes/ };
  t.throws(() => emitTopology({ ...SAMPLE, environment: { QUOTES: `a "b" it's` } }), refused);
  t.throws(() => emitTopology({ ...SAMPLE, stopwaitsecs: 20 }), {
    name: 'ProvisionError',
    message: /stopwaitsecs=20/,
  });
  const service = { ...SAMPLE.service, functions: ['a-b', 'aB'] };
  t.throws(() => emitTopology({ ...SAMPLE, service }), { name: 'ProvisionError', message: /"a-b" and "aB"/ });
});

t.test('a service has to be something', async (t) => {
  const empty = { ...SAMPLE, service: { ...SAMPLE.service, functions: [], hasRoutes: false } };
  t.throws(() => emitTopology(empty), /neither routes nor functions/);
  const functionsOnly = { ...SAMPLE.service, hasRoutes: false };
  t.throws(() => emitTopology({ ...BALANCED, functionUrl: 'iam', httpApi: 'iam', service: functionsOnly }), {
    name: 'ProvisionError',
    problems: [
      ...['functionUrl', 'httpApi', 'alb'].map((flag) => `--${flag} serves routes, and the service has none`),
      '--trustProxy is for the HTTP server on instances, and no route runs there',
    ],
  });
  t.throws(
    () => emitTopology({ ...SAMPLE, service: { ...SAMPLE.service, name: '漢字' } }),
    /"漢字" has no ASCII letter/,
  );
  const big = { ...SAMPLE, environment: { BIG: 'x'.repeat(4096) } };
  t.throws(() => emitTopology(big), /environment has 4106 bytes; AWS Lambda allows 4096/);
});

t.test('a secret of another region is named; one without a region is of the stack', async (t) => {
  const secrets = {
    DB: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf',
    TOKEN: '/shop/token',
    NEAR: 'arn:aws:ssm:eu-west-1:123456789012:parameter/near',
  };
  t.same(regionProblems({ secrets }, 'eu-west-1'), [
    `--secret DB is in us-east-1, the stack in eu-west-1: both must be in one`,
  ]);
});
