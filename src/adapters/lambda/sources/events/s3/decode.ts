import { RecordError } from '../shared/decode.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import type { S3Record } from './record.ts';

export interface S3Notification {
  readonly Records: readonly NotificationRecord[];
}

interface NotificationRecord {
  readonly eventName: string;
  readonly eventTime: string;
  readonly awsRegion: string;
  readonly s3: {
    readonly bucket: { readonly name: string };
    readonly object: {
      readonly key: string;
      readonly size?: number;
      readonly eTag?: string;
      readonly versionId?: string;
      readonly sequencer?: string;
    };
  };
}

export interface S3EventBridgeEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly region: string;
  readonly detail: {
    readonly bucket: { readonly name: string };
    readonly object: {
      readonly key: string;
      readonly size?: number;
      readonly etag?: string;
      readonly 'version-id'?: string;
      readonly sequencer?: string;
    };
    readonly reason?: string;
    readonly 'deletion-type'?: string;
  };
}

const NOTIFICATION: Parts = {
  eventName: 'text',
  eventTime: 'time',
  awsRegion: 'text?',
  's3.bucket.name': 'text',
  's3.object.key': 'text',
  's3.object.size': 'number?',
  's3.object.eTag': 'text?',
  's3.object.versionId': 'text?',
  's3.object.sequencer': 'text?',
};

const EVENT: Parts = {
  'detail-type': 'text',
  time: 'time',
  region: 'text?',
  'detail.bucket.name': 'text',
  'detail.object.key': 'text',
  'detail.object.size': 'number?',
  'detail.object.etag': 'text?',
  'detail.object.version-id': 'text?',
  'detail.object.sequencer': 'text?',
  'detail.reason': 'text?',
  'detail.deletion-type': 'text?',
};

/** A record of a notification: its key is URL-encoded as a form is, with `+` for a space. */
export function fromNotification(record: NotificationRecord): S3Record {
  requireParts('s3', record, NOTIFICATION, 'a record: ');
  const { bucket, object } = record.s3;
  return {
    // Lambda gets `ObjectCreated:Put`; some emulators leave the prefix.
    eventName: record.eventName.replace(/^s3:/, ''),
    time: new Date(record.eventTime),
    region: record.awsRegion ?? '',
    bucket: bucket.name,
    key: decodeKey(object.key, bucket.name),
    size: object.size,
    etag: object.eTag,
    versionId: object.versionId,
    sequencer: object.sequencer,
    raw: record,
  };
}

function decodeKey(key: string, bucket: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    throw new RecordError('s3', `${bucket}/${key}`, 'the key is not URL-encoded UTF-8', error);
  }
}

/** An event by EventBridge: its key is as it was written, not encoded. */
export function fromEventBridge(event: S3EventBridgeEvent): S3Record {
  requireParts('s3', event, EVENT);
  const { bucket, object } = event.detail;
  return {
    eventName: eventNameOf(event),
    time: new Date(event.time),
    region: event.region ?? '',
    bucket: bucket.name,
    key: object.key,
    size: object.size,
    etag: object.etag,
    versionId: object['version-id'],
    sequencer: object.sequencer,
    raw: event,
  };
}

const CREATED: Readonly<Record<string, string>> = {
  PutObject: 'Put',
  'POST Object': 'Post',
  CopyObject: 'Copy',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};

const OTHERS: Readonly<Record<string, string>> = {
  'Object Restore Initiated': 'ObjectRestore:Post',
  'Object Restore Completed': 'ObjectRestore:Completed',
  'Object Restore Expired': 'ObjectRestore:Delete',
  'Object Storage Class Changed': 'LifecycleTransition',
  'Object Access Tier Changed': 'IntelligentTiering',
  'Object ACL Updated': 'ObjectAcl:Put',
  'Object Tags Added': 'ObjectTagging:Put',
  'Object Tags Deleted': 'ObjectTagging:Delete',
};

/** The name that a notification has for the same event; a kind unknown here keeps EventBridge's. */
function eventNameOf({ 'detail-type': type, detail }: S3EventBridgeEvent): string {
  if (type === 'Object Created')
    return `ObjectCreated:${CREATED[detail.reason ?? ''] ?? detail.reason ?? ''}`;
  if (type === 'Object Deleted') {
    const kind = detail.reason === 'Lifecycle Expiration' ? 'LifecycleExpiration' : 'ObjectRemoved';
    const marker = detail['deletion-type'] === 'Delete Marker Created';
    return `${kind}:${marker ? 'DeleteMarkerCreated' : 'Delete'}`;
  }
  return OTHERS[type] ?? type;
}
