import { ROLE_POLICY_CHARACTERS } from '../../src/aws/quotas.ts';
import type { Grant } from '../template/policies.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { Grants } from './grants.ts';
import { mostBytes } from './most-bytes.ts';

/** What every role of its kind has beside the needs of handlers, at most. */
const OWN_CHARACTERS = 1500;

/** Characters around the actions and resources of a statement. */
const STATEMENT_CHARACTERS = 50;

/** @throws ProvisionError for a role whose policies IAM might refuse. @param whose for the error */
export function checkPolicySize(whose: string, { inline, late }: Grants): void {
  const characters = OWN_CHARACTERS + [...inline, ...late].reduce((sum, grant) => sum + sizeOf(grant), 0);
  if (characters > ROLE_POLICY_CHARACTERS)
    throw new ProvisionError(
      `the role of ${whose} may have ${characters} characters of policies with what its handlers need; IAM allows ${ROLE_POLICY_CHARACTERS}: place fewer handlers there, or grant by patterns`,
    );
}

const sizeOf = ({ actions, resources }: Grant): number =>
  STATEMENT_CHARACTERS +
  JSON.stringify(actions).length +
  resources.reduce((sum, resource) => sum + mostBytes([resource]) + 3, 0);
