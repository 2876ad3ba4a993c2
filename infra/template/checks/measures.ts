import { CLOUDFORMATION, USER_DATA_BYTES } from '../../../src/aws/quotas.ts';
import type { Argument } from '../../intrinsics.ts';
import { mostBytes } from '../../wiring/most-bytes.ts';

type Json = Readonly<Record<string, unknown>>;

/** The most entries of each section. */
const COUNTS = {
  Parameters: CLOUDFORMATION.parameters,
  Mappings: CLOUDFORMATION.mappings,
  Resources: CLOUDFORMATION.resources,
  Outputs: CLOUDFORMATION.outputs,
} as const;

/** What of a template is more than CloudFormation or EC2 take. */
export function measureProblems(template: Json): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(template));
  const tooLarge = `it has ${bytes} bytes; CloudFormation allows ${CLOUDFORMATION.objectBytes}`;
  return [
    ...Object.entries(COUNTS).flatMap(([section, most]) => {
      const count = Object.keys(template[section] ?? {}).length;
      return count > most ? [`${section}: there are ${count}; CloudFormation allows ${most}`] : [];
    }),
    ...(bytes > CLOUDFORMATION.objectBytes ? [tooLarge] : []),
    ...Object.entries((template.Resources ?? {}) as Json).flatMap(([name, resource]) =>
      userDataProblem(`Resources.${name}`, ((resource as Json).Properties ?? {}) as Json),
    ),
  ];
}

function userDataProblem(path: string, properties: Json): string[] {
  const data = (properties.LaunchTemplateData ?? properties) as Json;
  const encoded = data.UserData as { 'Fn::Base64'?: Argument } | undefined;
  const text = encoded?.['Fn::Base64'];
  if (text === undefined) return [];
  const bytes = mostBytes(partsOf(text));
  if (bytes <= USER_DATA_BYTES) return [];
  return [`${path}: the user-data has ${bytes} bytes; EC2 allows ${USER_DATA_BYTES} (before base64)`];
}

function partsOf(text: Argument): Argument[] {
  if (typeof text === 'string' || !('Fn::Join' in text)) return [text];
  const [separator, parts] = text['Fn::Join'];
  return Array.isArray(parts) ? parts.flatMap((part, at) => [...(at > 0 ? [separator] : []), part]) : [text];
}
