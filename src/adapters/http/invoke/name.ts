/** The name in a path of the Invoke API: a name, a partial or a full ARN, each with or without a qualifier. */
const ARN =
  /^(?:(?:arn:[a-z0-9-]+:lambda:[a-z0-9-]+:)?\d{12}:function:)?([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9$_-]{1,128}))?$/;

/** @returns the plain name; the qualifier is dropped, for one process serves one version. `undefined` for no name. */
export function functionNameOf(given: string): string | undefined {
  return ARN.exec(given)?.[1];
}

/** The ARN that a function sees: the real account and name are not known here. */
export function localArn(name: string, env: Readonly<Record<string, string | undefined>>): string {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1';
  return `arn:aws:lambda:${region}:000000000000:function:${name}`;
}
