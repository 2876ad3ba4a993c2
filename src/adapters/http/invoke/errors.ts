/** The model spells the member `Message` for these, `message` for the others. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'ServiceException']);

/** An error that the Invoke API itself answers with, in the shape of Lambda's service model. */
export class InvokeApiError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }

  toBody(): string {
    const key = CAPITAL_MESSAGE.has(this.type) ? 'Message' : 'message';
    return JSON.stringify({ Type: this.status < 500 ? 'User' : 'Service', [key]: this.message });
  }
}

export const badContent = (message: string) =>
  new InvokeApiError(400, 'InvalidRequestContentException', message);

export const badParameter = (message: string) =>
  new InvokeApiError(400, 'InvalidParameterValueException', message);

export const tooLarge = (limit: number) =>
  new InvokeApiError(413, 'RequestTooLargeException', `Request must be smaller than ${limit} bytes.`);

export const notFound = (arn: string) =>
  new InvokeApiError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
