import type { Template } from '../topology/types.ts';
import type { Aws } from './aws.ts';

/** The template that a stack has, as it was given; `undefined` where it is none of JSON, so not made here. */
export async function deployedTemplate(aws: Aws, stackId: string): Promise<Template | undefined> {
  const { TemplateBody = '' } = await aws.cloudFormation.send(
    new aws.sdk.GetTemplateCommand({ StackName: stackId, TemplateStage: 'Original' }),
  );
  try {
    const template: unknown = JSON.parse(TemplateBody);
    return typeof template === 'object' && template !== null ? (template as Template) : undefined;
  } catch {
    return undefined;
  }
}
