import { gzipSync } from 'node:zlib';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';

const bridged = (source: string, type: string, resources: string[], detail: object) => ({
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': type,
  source,
  account: ACCOUNT,
  time: '2025-11-25T00:00:00Z',
  region: REGION,
  resources,
  detail,
});

export const eventBridge = bridged('orders', 'Order Placed', [], { id: 42, total: 9.5 });

export const schedule = bridged(
  'aws.events',
  'Scheduled Event',
  [`arn:aws:events:${REGION}:${ACCOUNT}:rule/nightly`],
  {},
);

export const s3EventBridge = bridged('aws.s3', 'Object Created', ['arn:aws:s3:::example-uploads'], {
  version: '0',
  bucket: { name: 'example-uploads' },
  object: {
    key: 'photos/summer 2025/café+1.jpg',
    size: 1024,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    'version-id': '096fKKXTRTtl3on89fVO.nfljtsv6qko',
    sequencer: '0055AED6DCD90281E5',
  },
  'request-id': 'C3D13FE58DE4C810',
  requester: ACCOUNT,
  'source-ip-address': '203.0.113.9',
  reason: 'PutObject',
});

export const codeCommitEventBridge = bridged(
  'aws.codecommit',
  'CodeCommit Repository State Change',
  [`arn:aws:codecommit:${REGION}:${ACCOUNT}:website`],
  {
    event: 'referenceUpdated',
    repositoryName: 'website',
    repositoryId: '12345678-1234-5678-abcd-12345678abcd',
    referenceType: 'branch',
    referenceName: 'main',
    referenceFullName: 'refs/heads/main',
    commitId: '5c4ef1049f1d27deadbeeff313e0730018be182b',
    oldCommitId: '3e5983edb0d37a2a9a2a4a7a4b8d0bcd4a5b9f3d',
    callerUserArn: `arn:aws:iam::${ACCOUNT}:user/jane`,
  },
);

const LOGS = {
  messageType: 'DATA_MESSAGE',
  owner: ACCOUNT,
  logGroup: '/orders/web',
  logStream: 'i-0123456789abcdef0',
  subscriptionFilters: ['errors'],
  logEvents: [
    {
      id: '31953106606966983378809025079804211143289615424298221568',
      timestamp: 1764028800000,
      message: 'ERROR payment refused',
    },
    {
      id: '31953106606966983378809025079804211143289615424298221569',
      timestamp: 1764028800250,
      message: 'ERROR payment refused again',
    },
  ],
};

export const cloudWatchLogs = {
  awslogs: { data: gzipSync(JSON.stringify(LOGS)).toString('base64') },
};

export const cognito = {
  version: '1',
  triggerSource: 'PreSignUp_SignUp',
  region: REGION,
  userPoolId: `${REGION}_aBcDeFgHi`,
  userName: 'jane',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1example23456789' },
  request: {
    userAttributes: { email: 'jane@example.com' },
    validationData: null,
    clientMetadata: { campaign: 'autumn' },
  },
  response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
};

export const cloudFormation = {
  RequestType: 'Create',
  ServiceToken: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:seed`,
  // Nobody listens there: a handler run by hand ends with an error when it answers.
  ResponseURL: 'http://localhost:9/cloudformation-response?X-Amz-Signature=example',
  StackId: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/orders/5b918d10-cd98-11ea-90d5-0a9cd3354c10`,
  RequestId: '9bd2b8c4-1b1f-4b4e-8d4a-2d2a0e7c8f10',
  LogicalResourceId: 'SeedData',
  ResourceType: 'Custom::SeedData',
  ResourceProperties: {
    ServiceToken: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:seed`,
    Table: 'orders',
  },
};
