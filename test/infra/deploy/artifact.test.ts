import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { artifactOf, checkBucket, deleteUploads, explained, upload } from '../../../infra/deploy/index.ts';
import { entriesOf } from '../../../infra/deploy/zip-entries.ts';
import { APP, noApp } from '../../support/run-app.ts';
import { awsError, scripted } from './scripted.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

t.test(
  'an executable without its zip packs itself, byte for byte as the build does',
  { skip: noApp },
  async (t) => {
    const dir = t.testdir();
    const copy = join(dir, 'app');
    copyFileSync(APP, copy);
    const built = sha256(readFileSync(`${APP}.zip`));
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    t.equal((await artifactOf(copy, say)).sha256, built);
    t.match(said, [/there is no \S+app.zip: packing/]);

    copyFileSync(`${APP}.zip`, `${copy}.zip`);
    const beside = await artifactOf(copy, say);
    t.match(beside, { source: `${copy}.zip`, sha256: built });
    t.equal(said.length, 1, 'the zip beside it is taken as it is');
  },
);

t.test('a zip of another executable is not taken', async (t) => {
  const dir = t.testdir();
  const path = join(dir, 'app');
  const said: string[] = [];
  writeFileSync(path, 'old');
  const old = await artifactOf(path, () => {});
  writeFileSync(`${path}.zip`, old.bytes);
  writeFileSync(path, 'new');
  const made = await artifactOf(path, (line) => void said.push(line));
  t.not(made.sha256, old.sha256);
  t.match(said, [/app.zip holds another executable: packing/]);
  t.match(await entriesOf(made.bytes), [{ name: 'bootstrap', size: 3, mode: 0o100755 }]);
});

t.test('what is no zip has no entries', async (t) => {
  for (const bytes of ['', 'PK', 'x'.repeat(100), 'PK\x05\x06'.padEnd(22, '\xff')]) {
    t.equal(await entriesOf(Buffer.from(bytes, 'latin1')), undefined);
  }
});

t.test('an upload is skipped only for the very same content', async (t) => {
  const bytes = Buffer.from('content');
  const content = { bytes, sha256: sha256(bytes) };
  const base64 = Buffer.from(content.sha256, 'hex').toString('base64');
  const target = { bucket: 'b', key: 'k', type: 'application/zip' };
  const cases: [boolean, () => unknown][] = [
    [false, () => ({ ContentLength: 7, ChecksumSHA256: base64 })],
    [true, () => ({ ContentLength: 8, ChecksumSHA256: base64 })],
    [true, () => ({ ContentLength: 7, ChecksumSHA256: 'other' })],
    [true, () => ({ ContentLength: 7 })],
    ...[404, 403].map((status): [boolean, () => unknown] => [
      true,
      () => {
        throw awsError('NotFound', '', status);
      },
    ]),
  ];
  for (const [sent, HeadObject] of cases) {
    const here = scripted({ HeadObject, PutObject: () => ({}) });
    t.equal(await upload(here.session.aws, target, content, here.session.say), sent);
    if (sent)
      t.match(here.inputOf('PutObject'), {
        Key: 'k',
        ContentType: 'application/zip',
        ChecksumSHA256: base64,
      });
  }
});

t.test('a bucket that is not there, elsewhere, or not to be listed', async (t) => {
  const check = (HeadBucket: () => unknown) => checkBucket(scripted({ HeadBucket }).session.aws, 'b');
  const thrower = (status: number, more?: object) => () => {
    throw awsError('Failed', '', status, more);
  };
  const header = { $response: { headers: { 'x-amz-bucket-region': 'us-west-2' } } };
  await t.rejects(check(thrower(404)), { message: /bucket b: there is none; make it in eu-test-1/ });
  await t.rejects(check(thrower(301, header)), {
    message: /bucket b is in us-west-2, the stack in eu-test-1/,
  });
  await t.rejects(
    check(() => ({ BucketRegion: 'us-west-2' })),
    { message: /is in us-west-2/ },
  );
  await t.rejects(check(thrower(500)), { name: 'Failed' });
  await t.resolves(check(thrower(403)), 'the upload tells');
  await t.resolves(check(() => ({ BucketRegion: 'eu-test-1' })));
});

t.test("only the service's own uploads are deleted, page by page", async (t) => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  const pages = [
    { Contents: [`omega/${a}.zip`, 'omega/notes.txt', `omega/x/${a}.zip`], NextContinuationToken: '2' },
    { Contents: [`omega/${b}.template.json`] },
  ].map((page) => ({ ...page, Contents: page.Contents.map((Key) => ({ Key })) }));
  const here = scripted({
    ListObjectsV2: ({ ContinuationToken }) => pages[ContinuationToken === '2' ? 1 : 0],
    DeleteObjects: () => ({}),
  });
  t.same(await deleteUploads(here.session.aws, 'b', 'omega'), [`omega/${a}.zip`, `omega/${b}.template.json`]);
  const refused = scripted({
    ListObjectsV2: () => pages[1],
    DeleteObjects: () => ({ Errors: [{ Key: 'k', Code: 'AccessDenied', Message: 'no' }] }),
  });
  await t.rejects(deleteUploads(refused.session.aws, 'b', 'omega'), {
    message: 's3://b/k stays: AccessDenied no',
  });
});

t.test("the SDK's errors become one line; others stay as they are", async (t) => {
  const of = (name: string, message: string, more: object = {}) =>
    (explained(awsError(name, message, 400, { operation: 'S3 PutObject', ...more })) as Error).message;
  t.equal(
    of('AccessDenied', 'User x is not\nauthorized'),
    'S3 PutObject: access denied (User x is not authorized)',
  );
  t.equal(
    of('ExpiredToken', 'ExpiredToken'),
    'S3 PutObject: the AWS credentials have expired: sign in again',
  );
  t.match(of('SignatureDoesNotMatch', 'x'), /the secret access key is wrong/);
  t.equal(of('SlowDown', 'Reduce your rate'), 'S3 PutObject: SlowDown: Reduce your rate');
  t.match(of('Error', 'connect', { code: 'ECONNREFUSED' }), /cannot reach AWS \(connect\)/);
  const bug = new TypeError('a mistake here');
  t.equal(explained(bug), bug);
});
