import type { Nothing } from '../shared/nothing.ts';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties?: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

interface Common<Properties> {
  readonly resourceType: string;
  readonly logicalResourceId: string;
  readonly stackId: string;
  readonly requestId: string;
  /** As CloudFormation sends them: every number and boolean is a string. */
  readonly properties: Properties;
  /** The event as it came. */
  readonly raw: unknown;
}

export type CustomResourceRequest<Properties = Readonly<Record<string, unknown>>> =
  | (Common<Properties> & {
      readonly type: 'Create';
      /** What the resource is called if the handler names nothing: the same at every retry. */
      readonly physicalResourceId: string;
    })
  | (Common<Properties> & {
      readonly type: 'Update';
      readonly physicalResourceId: string;
      readonly oldProperties: Properties;
    })
  | (Common<Properties> & { readonly type: 'Delete'; readonly physicalResourceId: string });

export interface CustomResourceResponse {
  /** Another than before makes CloudFormation delete the old one after the update. Not for Delete. */
  readonly physicalResourceId?: string;
  /** For `Fn::GetAtt`; with everything else at most 4096 bytes of JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Masks `data` where CloudFormation shows it. */
  readonly noEcho?: boolean;
}

export type Answer = CustomResourceResponse | Nothing;

/** What became of a request. */
export interface Outcome {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly answer?: CustomResourceResponse;
  readonly reason?: string;
  readonly error?: unknown;
  readonly timedOut?: boolean;
}
