import type { ResourceTypes } from '@awboost/cfntypes';

/**
 * CloudFormation's intrinsic functions, as far as templates and user-data markup use them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export type Intrinsic =
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [string, string | Intrinsic] }
  | { readonly 'Fn::FindInMap': readonly [Argument, Argument, Argument] }
  | { readonly 'Fn::Sub': string | readonly [string, Readonly<Record<string, Argument>>] }
  | { readonly 'Fn::ImportValue': Argument }
  | { readonly 'Fn::Join': readonly [string, readonly Argument[] | Intrinsic] }
  | { readonly 'Fn::Split': readonly [string, Argument] }
  | { readonly 'Fn::Select': readonly [number, readonly Argument[] | Intrinsic] }
  | { readonly 'Fn::Base64': Argument }
  | { readonly 'Fn::If': readonly [string, Argument, Argument] };

/** A literal or what resolves to one. */
export type Argument = string | Intrinsic;

/** A property type that admits an intrinsic wherever a scalar or a list goes. */
export type Resolvable<T> = T extends string | number | boolean
  ? T | Intrinsic
  : T extends readonly (infer Item)[]
    ? Resolvable<Item>[] | Intrinsic
    : T extends object
      ? { [Key in keyof T]: Resolvable<T[Key]> }
      : T;

/** What stands beside `Properties` in a resource. */
export interface ResourceAttributes {
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain' | 'Snapshot';
  readonly CreationPolicy?: object;
  readonly UpdatePolicy?: object;
}

/** A resource whose properties {@link resource} has checked. */
export interface TemplateResource extends ResourceAttributes {
  readonly Type: string;
  readonly Properties: object;
}

/**
 * A resource of a known type: TypeScript checks its properties against AWS's published schema.
 * @example
 * ```ts
 * import { getAtt, resource } from 'amphi/infra';
 *
 * const queue = resource('AWS::SQS::Queue', { VisibilityTimeout: 60 }, { DeletionPolicy: 'Retain' });
 * console.log(queue.Type, queue.DeletionPolicy); // AWS::SQS::Queue Retain
 * console.log(JSON.stringify(getAtt('Queue', 'Arn'))); // {"Fn::GetAtt":["Queue","Arn"]}
 * ```
 */
export function resource<Type extends keyof ResourceTypes>(
  type: Type,
  properties: Resolvable<ResourceTypes[Type]>,
  attributes: ResourceAttributes = {},
): TemplateResource {
  return { Type: type, ...attributes, Properties: properties };
}

/**
 * `Ref`: a parameter's value, or what the type of a resource gives for it.
 * @example
 * ```ts
 * import { ref } from 'amphi/infra';
 *
 * console.log(JSON.stringify(ref('AWS::Region'))); // {"Ref":"AWS::Region"}
 * ```
 */
export const ref = (name: string): Intrinsic => ({ Ref: name });

/**
 * `Fn::GetAtt`: an attribute of a resource.
 * @example
 * ```ts
 * import { getAtt } from 'amphi/infra';
 *
 * console.log(JSON.stringify(getAtt('Queue', 'Arn'))); // {"Fn::GetAtt":["Queue","Arn"]}
 * ```
 */
export const getAtt = (name: string, attribute: string): Intrinsic => ({ 'Fn::GetAtt': [name, attribute] });

/**
 * `Fn::Sub`; with `values`, names of its own beside those of the template.
 * @example
 * ```ts
 * import { ref, sub } from 'amphi/infra';
 *
 * console.log(JSON.stringify(sub('${AWS::StackName}-logs'))); // {"Fn::Sub":"${AWS::StackName}-logs"}
 * console.log(JSON.stringify(sub('x-${Q}', { Q: ref('Queue') }))); // {"Fn::Sub":["x-${Q}",{"Q":{"Ref":"Queue"}}]}
 * ```
 */
export const sub = (text: string, values?: Readonly<Record<string, Argument>>): Intrinsic => ({
  'Fn::Sub': values === undefined ? text : [text, values],
});

export const split = (delimiter: string, value: Argument): Intrinsic => ({ 'Fn::Split': [delimiter, value] });

export const select = (index: number, list: readonly Argument[] | Intrinsic): Intrinsic => ({
  'Fn::Select': [index, list],
});

/** The one value while a condition of the template holds, else the other. */
export const either = (condition: string, value: Argument, other: Argument): Intrinsic => ({
  'Fn::If': [condition, value, other],
});

export const base64 = (value: Argument): Intrinsic => ({ 'Fn::Base64': value });
