import { basename } from 'node:path';
import { USER_DATA_BYTES } from '../../../src/aws/quotas.ts';
import { type Argument, ref } from '../../intrinsics.ts';
import { isBalanced } from '../../template/load-balancer.ts';
import { AUTO_SCALING_GROUP, DRAIN_HOOK, ROOT_DEVICE, SERVER_LOGS } from '../../template/names.ts';
import { ProvisionError } from '../../topology/errors.ts';
import { DETECTION_SECONDS, hasDrainHook, timingOf } from '../../topology/timing.ts';
import type { Topology } from '../../topology/types.ts';
import { mostBytes } from '../../wiring/most-bytes.ts';
import { logFiles, readyUrls } from '../programs.ts';
import { userDataScript } from './script.ts';
import { expandMarkup, joinParts, readable } from './template.ts';

/** Fingerprint of the key that signs Amazon's CloudWatch agent. */
const AGENT_KEY = '937616F3450B7D806CBD9725D58167303B789C72';

export interface UserData {
  /** For `Fn::Base64`: a string, or an Fn::Join where there are expressions. */
  readonly value: Argument;
  /** The script with its expressions as JSON. */
  readonly text: string;
  /** The most bytes it may have once resolved, as far as that is known here. */
  readonly bytes: number;
}

/** The user-data of the instances. @throws ProvisionError giving the size when EC2 would refuse it */
export function userData(topology: Topology, supervisordConf: readonly Argument[]): UserData {
  const { service, s3Bucket, s3Key, sha256, slug, account } = topology;
  const { tlsSecretArn, tlsSecretVersion, logs = false } = topology;
  const { longStop } = timingOf(topology);
  const source = userDataScript({
    tls: tlsSecretArn !== undefined,
    logs,
    balanced: isBalanced(topology),
    longStop: longStop !== undefined,
    hooked: hasDrainHook(topology),
  });
  return measured(
    expandMarkup(source, {
      Title: `${service.name} ${service.version}`.replace(/[^\x20-\x7e]/g, '?'),
      Resource: AUTO_SCALING_GROUP,
      RootDevice: ref(ROOT_DEVICE),
      Bucket: s3Bucket,
      Key: s3Key,
      Sha256: sha256 ?? '',
      Name: slug,
      Account: account,
      ReadyUrls: readyUrls(topology).join(' '),
      SupervisordConf: supervisordConf,
      LogFiles: logFilesConf(topology),
      TlsRequest: JSON.stringify({ SecretId: tlsSecretArn, VersionId: tlsSecretVersion }),
      AgentKey: AGENT_KEY,
      StopSeconds: longStop ?? 0,
      DrainHook: DRAIN_HOOK,
      SettleSeconds: 2 * DETECTION_SECONDS,
    }),
  );
}

/** What the agent has to follow, one JSON object a line. */
function logFilesConf(topology: Topology): Argument[] {
  return logFiles(topology).flatMap((file, index): Argument[] => [
    `${index === 0 ? '' : ',\n'}{"file_path":"${file}","log_group_name":"`,
    ref(SERVER_LOGS),
    `","log_stream_name":"{instance_id}/${basename(file, '.log')}"}`,
  ]);
}

/** Checks the size of expanded user-data. @throws ProvisionError giving the size in bytes */
export function measured(parts: readonly Argument[]): UserData {
  const bytes = mostBytes(parts);
  if (bytes > USER_DATA_BYTES) {
    throw new ProvisionError(
      `the user-data has ${bytes} bytes; EC2 allows ${USER_DATA_BYTES} (before base64): shorten the environment`,
    );
  }
  return { value: joinParts(parts), text: readable(parts), bytes };
}
