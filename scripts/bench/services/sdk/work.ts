/** Two clients of the AWS SDK, as services have them: made when the module is loaded. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

const s3 = new S3Client({ region: 'us-east-1' });
const lambda = new LambdaClient({ region: 'us-east-1' });

export async function read(key: string): Promise<string> {
  await lambda.send(new InvokeCommand({ FunctionName: 'bench' }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bench', Key: key }));
  return Body ? Body.transformToString() : '';
}
