import type { EventSource } from '../../../../../core/index.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource, malformedEvent } from '../shared/event-source.ts';
import type { Nothing } from '../shared/nothing.ts';
import { optionError } from '../shared/option-checks.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import type { ResourceRef, SesTrigger } from '../shared/triggers.ts';

export interface SesOptions {
  /**
   * Name of an existing receipt rule set, to which the template adds a rule. Without it the template only lets SES
   * call the function from the same account.
   */
  readonly ruleSet?: ResourceRef;
  /** Name of that rule, at most 64 letters, digits, - and _. Default: the name of the function. */
  readonly ruleName?: string;
  /** Addresses and domains that the rule takes. Default: all verified ones. */
  readonly recipients?: readonly string[];
  /** `RequestResponse` lets the handler stop the rule set; it must answer within 30 seconds. Default `Event`. */
  readonly invocation?: 'Event' | 'RequestResponse';
}

type Verdict = 'PASS' | 'FAIL' | 'GRAY' | 'PROCESSING_FAILED' | 'DISABLED';

/** A received mail without its body, which SES gives only to S3 and SNS actions. */
export interface SesMail {
  readonly messageId: string;
  readonly receivedAt: Date;
  /** Envelope sender. */
  readonly source: string;
  /** Envelope recipients that the rule took. */
  readonly recipients: readonly string[];
  /** All recipients of the mail. */
  readonly destination: readonly string[];
  readonly subject: string | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** In order, names as sent, repeats included. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly verdicts: Readonly<Record<'spam' | 'virus' | 'spf' | 'dkim' | 'dmarc', Verdict | undefined>>;
  /** The record as it came. */
  readonly raw: unknown;
}

/** What SES does next; only a `RequestResponse` rule waits for it. Nothing is `CONTINUE`. */
export interface SesDisposition {
  readonly disposition: 'CONTINUE' | 'STOP_RULE' | 'STOP_RULE_SET';
}

const CONTINUE: SesDisposition = { disposition: 'CONTINUE' };
const DISPOSITIONS: readonly unknown[] = ['CONTINUE', 'STOP_RULE', 'STOP_RULE_SET'];

/**
 * Mails that SES received. @throws ConfigError
 * @see https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda.html
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { ses } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('mail', ses(), (mail) => {
 *   console.log(mail.source); // jane@example.com
 *   return { disposition: 'CONTINUE' };
 * });
 * ```
 */
export function ses(options: SesOptions = {}): EventSource<SesMail, SesDisposition | Nothing, SesTrigger> {
  checkOptions(options);
  const { ruleSet, ruleName, recipients, invocation = 'Event' } = options;
  const trigger: SesTrigger = { type: 'ses', ruleSet, ruleName, recipients, invocation };
  return defineSource<SesMail, SesDisposition | Nothing, SesTrigger>({
    type: 'ses',
    onInstances: invocation === 'Event' ? THROUGH_QUEUE : 'SES waits for the answer to a RequestResponse',
    trigger,
    check: (event) => requireParts('ses', event, { Records: 'objects' }),
    run: async (event: { Records: RawRecord[] }, context, handler) => {
      const [record, ...more] = event.Records;
      if (more.length > 0) throw malformedEvent('ses', `it has ${more.length + 1} records, not one`);
      const disposition = ((await handler(decode(record!), context)) ?? CONTINUE).disposition;
      if (!DISPOSITIONS.includes(disposition))
        throw new Error(
          `ses: the handler returned ${JSON.stringify(disposition)}, none of ${DISPOSITIONS.join(', ')}`,
        );
      return { disposition };
    },
  });
}

function checkOptions({ ruleName, ruleSet, invocation, recipients }: SesOptions): void {
  if (ruleName !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}[A-Za-z0-9]?$/.test(ruleName))
    throw optionError('ses', 'ruleName', ruleName, 'it must be 1 to 64 letters, digits, - or _');
  if (ruleSet === undefined && (ruleName ?? recipients) !== undefined)
    throw optionError('ses', 'ruleSet', ruleSet, 'ruleName and recipients need it');
  if (invocation !== undefined && invocation !== 'Event' && invocation !== 'RequestResponse')
    throw optionError('ses', 'invocation', invocation, 'it must be Event or RequestResponse');
}

interface RawRecord {
  readonly ses: {
    readonly mail: {
      readonly messageId: string;
      readonly timestamp: string;
      readonly source: string;
      readonly destination: readonly string[];
      readonly headers?: readonly { readonly name: string; readonly value: string }[];
      readonly commonHeaders?: {
        readonly subject?: string;
        readonly from?: readonly string[];
        readonly to?: readonly string[];
        readonly cc?: readonly string[];
      };
    };
    readonly receipt: Readonly<Record<string, unknown>> & { readonly recipients: readonly string[] };
  };
}

const PARTS: Parts = {
  'ses.mail.messageId': 'text',
  'ses.mail.timestamp': 'time',
  'ses.mail.source': 'text?',
  'ses.mail.destination': 'texts?',
  'ses.mail.headers': 'objects?',
  'ses.mail.commonHeaders': 'object?',
  'ses.mail.commonHeaders.subject': 'text?',
  'ses.mail.commonHeaders.from': 'texts?',
  'ses.mail.commonHeaders.to': 'texts?',
  'ses.mail.commonHeaders.cc': 'texts?',
  'ses.receipt': 'object',
  'ses.receipt.recipients': 'texts?',
};

function decode(record: RawRecord): SesMail {
  requireParts('ses', record, PARTS, 'a record: ');
  const { mail, receipt } = record.ses;
  const { subject, from, to, cc } = mail.commonHeaders ?? {};
  const verdict = (name: string) =>
    (receipt[`${name}Verdict`] as { status?: Verdict } | null | undefined)?.status;
  return {
    messageId: mail.messageId,
    receivedAt: new Date(mail.timestamp),
    source: mail.source ?? '',
    recipients: receipt.recipients ?? [],
    destination: mail.destination ?? [],
    subject: subject ?? undefined,
    from: from ?? [],
    to: to ?? [],
    cc: cc ?? [],
    headers: mail.headers ?? [],
    verdicts: {
      spam: verdict('spam'),
      virus: verdict('virus'),
      spf: verdict('spf'),
      dkim: verdict('dkim'),
      dmarc: verdict('dmarc'),
    },
    raw: record,
  };
}
