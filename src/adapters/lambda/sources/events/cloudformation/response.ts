import { defaultId, failedCreateId } from './ids.ts';
import type { CustomResourceEvent, Outcome } from './types.ts';

/** Bytes that CloudFormation takes. */
export const RESPONSE_LIMIT = 4096;
const REASON_LIMIT = 1024;
/** Characters of a physical id. */
const ID_LIMIT = 1024;

/** The JSON for the response URL, never over its limit: an answer that is becomes a failure that says so. */
export function responseTo(event: CustomResourceEvent, outcome: Outcome): string {
  const problem = outcome.status === 'SUCCESS' ? problemOf(event, outcome) : undefined;
  if (problem !== undefined) return responseTo(event, { status: 'FAILED', reason: problem });
  const { answer, status, reason } = outcome;
  const json = encode(event, {
    Status: status,
    ...(status === 'FAILED' ? { Reason: shortened(reason) } : {}),
    PhysicalResourceId: physicalId(event, outcome),
    ...(answer?.noEcho === undefined ? {} : { NoEcho: answer.noEcho }),
    ...(answer?.data === undefined ? {} : { Data: answer.data }),
  });
  const size = Buffer.byteLength(json);
  if (size <= RESPONSE_LIMIT) return json;
  const tooLarge = `the answer has ${size} bytes as JSON; CloudFormation takes ${RESPONSE_LIMIT}`;
  return responseTo(event, { status: 'FAILED', reason: tooLarge });
}

function encode(event: CustomResourceEvent, fields: object): string {
  const { StackId, RequestId, LogicalResourceId } = event;
  return JSON.stringify({ ...fields, StackId, RequestId, LogicalResourceId });
}

function problemOf(event: CustomResourceEvent, { answer }: Outcome): string | undefined {
  const id: unknown = answer?.physicalResourceId;
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > ID_LIMIT))
    return `the handler returned a bad physicalResourceId: ${JSON.stringify(id)?.slice(0, 100)}`;
  if (event.RequestType === 'Delete' && id !== undefined && id !== event.PhysicalResourceId)
    return `the handler changed physicalResourceId at Delete to ${JSON.stringify(id)}`;
  try {
    JSON.stringify(answer?.data);
  } catch (error) {
    return `the data of the handler is no JSON: ${(error as Error).message}`;
  }
  return undefined;
}

/** An update or delete never loses the id; a create has one at every outcome, since CloudFormation wants it. */
function physicalId(event: CustomResourceEvent, { status, answer, timedOut }: Outcome): string {
  // Local generators leave the id out.
  if (event.RequestType !== 'Create')
    return answer?.physicalResourceId ?? event.PhysicalResourceId ?? defaultId(event);
  if (status === 'FAILED' && !timedOut) return failedCreateId(event);
  return answer?.physicalResourceId ?? defaultId(event);
}

function shortened(reason = 'unknown'): string {
  const text = reason === '' ? 'an error without a message' : reason.toWellFormed();
  return text.length <= REASON_LIMIT ? text : `${text.slice(0, REASON_LIMIT - 3).toWellFormed()}...`;
}
