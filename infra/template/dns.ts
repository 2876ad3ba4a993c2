import { getAtt, type Intrinsic, ref, resource, type TemplateResource } from '../intrinsics.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import { HTTP_API } from './endpoints.ts';
import { ALARM } from './failover.ts';
import { LOAD_BALANCER } from './names.ts';

/**
 * Name of the service: an alias of the load balancer; with `failover: 'dns'` the primary of a pair whose
 * secondary is the HTTP API under the same name. Route 53 has no alias for a function URL, which knows no
 * other name than its own.
 */
export function dnsGroup(topology: Topology): TemplateGroup {
  const { domainName, failover } = topology;
  if (domainName === undefined) return {};
  const alias = {
    DNSName: getAtt(LOAD_BALANCER, 'DNSName'),
    HostedZoneId: getAtt(LOAD_BALANCER, 'CanonicalHostedZoneID'),
  };
  const Outputs = { DomainName: { Description: 'Name of the service', Value: domainName } };
  if (failover !== 'dns') return { Resources: { DnsRecord: record(topology, alias, {}) }, Outputs };
  const secondary = {
    DNSName: getAtt('HttpApiDomain', 'RegionalDomainName'),
    HostedZoneId: getAtt('HttpApiDomain', 'RegionalHostedZoneId'),
  };
  return {
    Resources: {
      ...apiDomain(topology),
      DnsHealthCheck: resource('AWS::Route53::HealthCheck', {
        HealthCheckConfig: {
          Type: 'CLOUDWATCH_METRIC',
          AlarmIdentifier: { Name: ref(ALARM), Region: ref('AWS::Region') },
          InsufficientDataHealthStatus: 'Unhealthy',
        },
      }),
      DnsRecord: record(topology, alias, {
        Failover: 'PRIMARY',
        SetIdentifier: 'load-balancer',
        HealthCheckId: ref('DnsHealthCheck'),
      }),
      DnsSecondaryRecord: record(topology, secondary, { Failover: 'SECONDARY', SetIdentifier: 'http-api' }),
    },
    Outputs,
  };
}

interface FailoverRole {
  Failover?: 'PRIMARY' | 'SECONDARY';
  SetIdentifier?: string;
  HealthCheckId?: Intrinsic;
}

function record(
  { domainName, hostedZoneId }: Topology,
  alias: { DNSName: Intrinsic; HostedZoneId: Intrinsic },
  role: FailoverRole,
): TemplateResource {
  return resource('AWS::Route53::RecordSet', {
    Name: domainName!,
    HostedZoneId: hostedZoneId!,
    Type: 'A',
    AliasTarget: { ...alias, EvaluateTargetHealth: false },
    ...role,
  });
}

/** The HTTP API answers under the same name and certificate as the load balancer. */
function apiDomain({ domainName, certificateArn }: Topology): Record<string, TemplateResource> {
  return {
    HttpApiDomain: resource('AWS::ApiGatewayV2::DomainName', {
      DomainName: domainName!,
      DomainNameConfigurations: [
        { CertificateArn: certificateArn!, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    }),
    HttpApiMapping: resource('AWS::ApiGatewayV2::ApiMapping', {
      ApiId: ref(HTTP_API),
      DomainName: ref('HttpApiDomain'),
      Stage: ref('HttpApiStage'),
    }),
  };
}
