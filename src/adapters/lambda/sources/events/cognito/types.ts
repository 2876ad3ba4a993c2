import type { Nothing } from '../shared/nothing.ts';

type Attributes = Readonly<Record<string, string>>;

interface WithAttributes {
  readonly userAttributes: Attributes;
}

interface WithMetadata {
  readonly clientMetadata?: Attributes;
}

interface ChallengeResult {
  readonly challengeName: string;
  readonly challengeResult: boolean;
  readonly challengeMetadata?: string;
}

interface Challenge {
  readonly session: readonly ChallengeResult[];
  readonly userNotFound?: boolean;
}

interface Sender extends WithAttributes, WithMetadata {
  readonly type: string;
  /** Encrypted with the pool's KMS key: base64 of the AWS Encryption SDK's format. */
  readonly code: string | null;
}

interface Trigger<Request, Response> {
  readonly request: Request;
  readonly response: Response;
}

interface ClaimsOverride {
  claimsToAddOrOverride?: Record<string, unknown>;
  claimsToSuppress?: string[];
}

interface GroupsOverride {
  groupsToOverride?: string[];
  iamRolesToOverride?: string[];
  preferredRole?: string;
}

/**
 * Request and response of each Lambda trigger of a Cognito user pool.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html
 */
export interface CognitoTriggers {
  PreSignUp: Trigger<
    WithAttributes & WithMetadata & { readonly validationData?: Attributes | null },
    { autoConfirmUser?: boolean; autoVerifyEmail?: boolean; autoVerifyPhone?: boolean }
  >;
  PostConfirmation: Trigger<WithAttributes & WithMetadata, Record<never, never>>;
  PreAuthentication: Trigger<
    WithAttributes & { readonly validationData?: Attributes | null; readonly userNotFound?: boolean },
    Record<never, never>
  >;
  PostAuthentication: Trigger<
    WithAttributes & WithMetadata & { readonly newDeviceUsed: boolean },
    Record<never, never>
  >;
  /** Version 1 answers with `claimsOverrideDetails`, versions 2 and 3 with `claimsAndScopeOverrideDetails`. */
  PreTokenGeneration: Trigger<
    WithAttributes &
      WithMetadata & {
        readonly groupConfiguration: Readonly<GroupsOverride>;
        readonly scopes?: readonly string[];
      },
    {
      claimsOverrideDetails?: ClaimsOverride & { groupOverrideDetails?: GroupsOverride };
      claimsAndScopeOverrideDetails?: {
        idTokenGeneration?: ClaimsOverride;
        accessTokenGeneration?: ClaimsOverride & { scopesToAdd?: string[]; scopesToSuppress?: string[] };
        groupOverrideDetails?: GroupsOverride;
      };
    }
  >;
  UserMigration: Trigger<
    WithMetadata & { readonly password: string; readonly validationData?: Attributes | null },
    {
      userAttributes?: Record<string, string>;
      finalUserStatus?: 'CONFIRMED' | 'RESET_REQUIRED';
      messageAction?: 'SUPPRESS';
      desiredDeliveryMediums?: ('EMAIL' | 'SMS')[];
      forceAliasCreation?: boolean;
      enableSMSMFA?: boolean;
    }
  >;
  CustomMessage: Trigger<
    WithAttributes &
      WithMetadata & {
        readonly codeParameter: string | null;
        readonly linkParameter?: string | null;
        readonly usernameParameter?: string | null;
      },
    { smsMessage?: string; emailMessage?: string; emailSubject?: string }
  >;
  DefineAuthChallenge: Trigger<
    WithAttributes & WithMetadata & Challenge,
    { challengeName?: string; issueTokens?: boolean; failAuthentication?: boolean }
  >;
  CreateAuthChallenge: Trigger<
    WithAttributes & WithMetadata & Challenge & { readonly challengeName: string },
    {
      publicChallengeParameters?: Record<string, string>;
      privateChallengeParameters?: Record<string, string>;
      challengeMetadata?: string;
    }
  >;
  VerifyAuthChallengeResponse: Trigger<
    WithAttributes &
      WithMetadata & {
        readonly privateChallengeParameters: Attributes;
        readonly challengeAnswer: string;
        readonly userNotFound?: boolean;
      },
    { answerCorrect?: boolean }
  >;
  CustomEmailSender: Trigger<Sender, Record<never, never>>;
  CustomSMSSender: Trigger<Sender, Record<never, never>>;
}

export type CognitoTriggerName = keyof CognitoTriggers;

export interface CognitoEvent<Name extends CognitoTriggerName> {
  /** Trigger and occasion, e.g. `PreSignUp_AdminCreateUser`. */
  readonly triggerSource: string;
  readonly userPoolId: string;
  readonly userName: string | undefined;
  readonly region: string;
  readonly clientId: string | undefined;
  readonly request: CognitoTriggers[Name]['request'];
  /** The event as it came. */
  readonly raw: unknown;
}

/** The fields to change in the response; nothing leaves it as Cognito sent it. */
export type CognitoResponse<Name extends CognitoTriggerName> = CognitoTriggers[Name]['response'] | Nothing;
