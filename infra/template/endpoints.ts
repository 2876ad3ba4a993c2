import { getAtt, ref, resource, sub, type TemplateResource } from '../intrinsics.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import { HTTP_FUNCTION } from './names.ts';

/** Logical name of the HTTP API. */
export const HTTP_API = 'HttpApi';

/** Entries to the routes' Lambda function that need no load balancer: its own URL, and an HTTP API. */
export function endpointGroups(topology: Topology): TemplateGroup[] {
  const { functionUrl, httpApi } = topology;
  return [
    ...(functionUrl === undefined ? [] : [functionUrlGroup(functionUrl, topology.stream === true)]),
    ...(httpApi === undefined ? [] : [httpApiGroup(httpApi)]),
  ];
}

type Access = 'iam' | 'open';

function functionUrlGroup(access: Access, stream: boolean): TemplateGroup {
  return {
    Resources: {
      HttpFunctionUrl: resource('AWS::Lambda::Url', {
        TargetFunctionArn: getAtt(HTTP_FUNCTION, 'Arn'),
        AuthType: access === 'open' ? 'NONE' : 'AWS_IAM',
        InvokeMode: stream ? 'RESPONSE_STREAM' : 'BUFFERED',
      }),
      ...(access === 'open' ? openUrlPermissions() : {}),
    },
    Outputs: {
      HttpFunctionUrl: {
        Description: `URL of the routes' function, ${access === 'open' ? 'open to all' : 'for callers who sign'}`,
        Value: getAtt('HttpFunctionUrl', 'FunctionUrl'),
      },
    },
  };
}

/** Both are needed since October 2025. @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
function openUrlPermissions(): Record<string, TemplateResource> {
  const anyone = { FunctionName: getAtt(HTTP_FUNCTION, 'Arn'), Principal: '*' };
  return {
    HttpFunctionUrlPermission: resource('AWS::Lambda::Permission', {
      ...anyone,
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
    HttpFunctionUrlInvokePermission: resource('AWS::Lambda::Permission', {
      ...anyone,
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  };
}

function httpApiGroup(access: Access): TemplateGroup {
  const api = ref(HTTP_API);
  const source = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${HTTP_API}}/*/$default`;
  return {
    Resources: {
      [HTTP_API]: resource('AWS::ApiGatewayV2::Api', { Name: ref('AWS::StackName'), ProtocolType: 'HTTP' }),
      HttpApiIntegration: resource('AWS::ApiGatewayV2::Integration', {
        ApiId: api,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: getAtt(HTTP_FUNCTION, 'Arn'),
        PayloadFormatVersion: '2.0',
      }),
      HttpApiRoute: resource('AWS::ApiGatewayV2::Route', {
        ApiId: api,
        RouteKey: '$default',
        AuthorizationType: access === 'open' ? 'NONE' : 'AWS_IAM',
        Target: sub('integrations/$' + '{HttpApiIntegration}'),
      }),
      // At the root: a named stage would stand in every path.
      HttpApiStage: resource('AWS::ApiGatewayV2::Stage', {
        ApiId: api,
        StageName: '$default',
        AutoDeploy: true,
      }),
      HttpApiPermission: resource('AWS::Lambda::Permission', {
        FunctionName: getAtt(HTTP_FUNCTION, 'Arn'),
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: sub(source),
      }),
    },
    Outputs: {
      HttpApiUrl: { Description: 'Endpoint of the HTTP API', Value: getAtt(HTTP_API, 'ApiEndpoint') },
    },
  };
}
