/** How much of a form is taken; more is 413 `PAYLOAD_TOO_LARGE`. Sizes are in bytes. */
export interface FormLimits {
  /** Fields and files together. Default 1000. */
  readonly parts?: number;
  /** Default 1000. */
  readonly fields?: number;
  /** Default 100. */
  readonly files?: number;
  /** Of one value. Default 1 MB. */
  readonly fieldSize?: number;
  /** Of one file. Default: only the body limit of the route. */
  readonly fileSize?: number;
  /** Name, file name and type of a part together. Default 16 KB. */
  readonly headerSize?: number;
}

/** A field of a form on its way. */
export interface FieldPart {
  readonly kind: 'field';
  readonly name: string;
  readonly value: string;
  /** Media type, lower case, without parameters. `text/plain` where the part says none. */
  readonly type: string;
}

/** A file of a form on its way: read it by `for await`, by `stream()` or by `bytes()`, once, before the next part. */
export interface FilePart extends AsyncIterable<Uint8Array> {
  readonly kind: 'file';
  readonly name: string;
  /** As the client says, without folders: never a path to write to. */
  readonly filename: string;
  /** As for a field; what the client says, which need not be true. */
  readonly type: string;
  stream(): ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array>;
}

export type FormPart = FieldPart | FilePart;
