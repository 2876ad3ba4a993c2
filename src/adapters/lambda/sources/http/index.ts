import { alb } from './alb/index.ts';
import { apiGatewayV1 } from './apigateway-v1/index.ts';
import { apiGatewayV2 } from './apigateway-v2/index.ts';
import { functionUrl } from './function-url/index.ts';
import type { HttpSource, HttpSourceName } from './shared/types.ts';
import { vpcLatticeV1, vpcLatticeV2 } from './vpc-lattice/index.ts';

export { detectSource } from '../detect.ts';
export * from './shared/types.ts';

/** Every HTTP source by its name. */
export const HTTP_SOURCES: Readonly<Record<HttpSourceName, HttpSource>> = {
  'apigateway-v1': apiGatewayV1,
  'apigateway-v2': apiGatewayV2,
  'function-url': functionUrl,
  alb,
  'vpc-lattice-v1': vpcLatticeV1,
  'vpc-lattice-v2': vpcLatticeV2,
};
