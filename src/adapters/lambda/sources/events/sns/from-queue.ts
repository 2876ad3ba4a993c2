/**
 * What SNS puts into a queue, without raw delivery, as the event that it sends to Lambda.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 */
export function eventOfNotification(body: string): object {
  const { SigningCertURL, UnsubscribeURL, ...notification } = JSON.parse(body);
  const { Subject = null, MessageAttributes = {} } = notification;
  const urls = { SigningCertUrl: SigningCertURL, UnsubscribeUrl: UnsubscribeURL };
  const Sns = { ...notification, Subject, ...urls, MessageAttributes };
  const EventSubscriptionArn = subscriptionOf(UnsubscribeURL);
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn, Sns }] };
}

/** The notification names its subscription only in the address to end it. */
function subscriptionOf(url: unknown): string {
  const query = typeof url === 'string' ? url.slice(url.indexOf('?')) : '';
  return new URLSearchParams(query).get('SubscriptionArn') ?? '';
}
