import type { EventSource } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { defineSource } from '../shared/event-source.ts';
import { checkArn, optionError } from '../shared/option-checks.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import type { CognitoTrigger, ResourceRef } from '../shared/triggers.ts';
import type { CognitoEvent, CognitoResponse, CognitoTriggerName, CognitoTriggers } from './types.ts';

export interface CognitoOptions<Name extends CognitoTriggerName> {
  readonly trigger: Name;
  /**
   * ARN of the pool, which the template lets call the function. The pool's own `LambdaConfig` names the function (it is
   * set where the pool is declared: CloudFormation cannot change an existing pool). Without it: no permission.
   */
  readonly userPool?: ResourceRef;
}

/** Cognito's triggers grow: one that is not listed here is taken by its name. */
const prefixOf = (name: CognitoTriggerName): string => PREFIXES[name] ?? `${name}_`;

/** Each trigger and the prefix of its `triggerSource`. */
const PREFIXES: Readonly<Record<CognitoTriggerName, string>> = {
  PreSignUp: 'PreSignUp_',
  PostConfirmation: 'PostConfirmation_',
  PreAuthentication: 'PreAuthentication_',
  PostAuthentication: 'PostAuthentication_',
  PreTokenGeneration: 'TokenGeneration_',
  UserMigration: 'UserMigration_',
  CustomMessage: 'CustomMessage_',
  DefineAuthChallenge: 'DefineAuthChallenge_',
  CreateAuthChallenge: 'CreateAuthChallenge_',
  VerifyAuthChallengeResponse: 'VerifyAuthChallengeResponse_',
  CustomEmailSender: 'CustomEmailSender_',
  CustomSMSSender: 'CustomSMSSender_',
};

/**
 * One Lambda trigger of a Cognito user pool. The handler returns the fields of the response to set; an error refuses
 * the user's action, and Cognito shows its message to the client. Cognito waits 5 seconds.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { cognito } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('signUp', cognito({ trigger: 'PreSignUp' }), ({ request }) => {
 *   console.log(request.userAttributes.email); // jane@example.com
 *   return { autoConfirmUser: true };
 * });
 * ```
 */
export function cognito<Name extends CognitoTriggerName>(
  options: CognitoOptions<Name>,
): EventSource<CognitoEvent<Name>, CognitoResponse<Name>, CognitoTrigger> {
  const { trigger: name, userPool } = options;
  if (typeof name !== 'string' || !/^[A-Z][A-Za-z]+$/.test(name))
    throw optionError(
      'cognito',
      'trigger',
      name,
      `it must be one of ${Object.keys(PREFIXES).join(', ')} or a newer one`,
    );
  if (userPool !== undefined) checkArn('cognito', 'userPool', userPool, 'cognito-idp');
  const trigger: CognitoTrigger | undefined =
    userPool === undefined ? undefined : { type: 'cognito', userPool, trigger: name };
  return defineSource<CognitoEvent<Name>, CognitoResponse<Name>, CognitoTrigger>({
    type: 'cognito',
    onInstances: 'the user pool waits for the answer',
    trigger,
    matches: (event) =>
      isFrom(event, 'cognito') && String((event as RawEvent).triggerSource).startsWith(prefixOf(name)),
    check: (event) => requireParts('cognito', event, PARTS),
    run: async (event: RawEvent, context, handler) => {
      const answer = await handler(decode(event), context);
      return { ...event, response: { ...(event.response as object | undefined), ...(answer ?? {}) } };
    },
  });
}

const PARTS: Parts = {
  triggerSource: 'text',
  userPoolId: 'text',
  userName: 'text?',
  region: 'text?',
  callerContext: 'object?',
  'callerContext.clientId': 'text?',
  request: 'object?',
  response: 'object?',
};

interface RawEvent {
  readonly triggerSource: string;
  readonly userPoolId: string;
  readonly userName?: string;
  readonly region: string;
  readonly callerContext?: { readonly clientId?: string };
  readonly request: unknown;
  readonly response?: unknown;
}

function decode<Name extends CognitoTriggerName>(event: RawEvent): CognitoEvent<Name> {
  const { triggerSource, userPoolId, userName, region, callerContext } = event;
  const request = (event.request ?? {}) as CognitoTriggers[Name]['request'];
  return {
    triggerSource,
    userPoolId,
    userName,
    region: region ?? '',
    clientId: callerContext?.clientId,
    request,
    raw: event,
  };
}
