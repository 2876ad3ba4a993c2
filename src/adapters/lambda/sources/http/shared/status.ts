import { REASON_PHRASES } from '../../../../../core/index.ts';

/** `404 Not Found`, as ALB and VPC Lattice want it. */
export function statusDescription(status: number): string {
  return `${status} ${REASON_PHRASES[status] ?? 'Unknown'}`;
}
