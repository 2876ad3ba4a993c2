// The AWS of boot.test.ts, inside the network namespace of boot.sh. node deployed-aws.ts CERT KEY RECORD.
import { deployed } from './deployed.ts';

const [cert, key, record] = process.argv.slice(2) as [string, string, string];
const aws = await deployed({ bucket: 'deployed-artifacts', cert, key, record });
aws.ready();
