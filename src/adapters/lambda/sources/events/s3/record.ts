export interface S3Record {
  /** S3's event type without `s3:`, e.g. `ObjectCreated:Put`. */
  readonly eventName: string;
  readonly time: Date;
  readonly region: string;
  readonly bucket: string;
  /** Decoded: spaces, `+` and Unicode are as they were written. */
  readonly key: string;
  /** Bytes; absent for removals. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  readonly versionId: string | undefined;
  /** Orders the events of one key: hexadecimal, compare after padding on the left. */
  readonly sequencer: string | undefined;
  /** The record, or the EventBridge event, as it came. */
  readonly raw: unknown;
}
