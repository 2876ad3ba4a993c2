import { frameworkError } from './errors.ts';
import type { FilePart, FormLimits } from './form.ts';

const URL_ENCODED = 'application/x-www-form-urlencoded';

/** A form as fetch gives it. @throws HttpError 400 `BAD_MULTIPART`, 413 `PAYLOAD_TOO_LARGE`, 415 `UNSUPPORTED_MEDIA_TYPE` */
export async function toFormData(
  contentType = '',
  bytes: Uint8Array,
  limits: FormLimits = {},
): Promise<FormData> {
  const { DEFAULT_FORM_LIMITS, multipartParts } = await import('./multipart.deferred.ts');
  if (contentType.split(';', 1)[0]!.trim().toLowerCase() === URL_ENCODED)
    return urlEncoded(new TextDecoder().decode(bytes), { ...DEFAULT_FORM_LIMITS, ...limits });
  const form = new FormData();
  const wanted = `multipart/form-data or ${URL_ENCODED}`;
  for await (const part of multipartParts(whole(bytes), contentType, limits, wanted)) {
    if (part.kind === 'field') form.append(part.name, part.value);
    else form.append(part.name, await fileOf(part));
  }
  return form;
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function fileOf(part: FilePart): Promise<File> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of part) pieces.push(piece as Uint8Array<ArrayBuffer>);
  return new File(pieces, part.filename, { type: part.type });
}

function urlEncoded(text: string, { fields, parts, fieldSize }: Required<FormLimits>): FormData {
  const form = new FormData();
  const limit = Math.min(fields, parts);
  let count = 0;
  // URLSearchParams drops one leading `?`, which may be the form's own.
  for (const [name, value] of new URLSearchParams(`?${text}`)) {
    if (++count > limit) throw frameworkError('PAYLOAD_TOO_LARGE', `The form has more than ${limit} fields.`);
    if (Buffer.byteLength(value) > fieldSize)
      throw frameworkError('PAYLOAD_TOO_LARGE', `The form has a value of more than ${fieldSize} bytes.`);
    form.append(name, value);
  }
  return form;
}
