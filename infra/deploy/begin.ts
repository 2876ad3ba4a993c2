import type { DeleteStackCommand } from '../../src/aws/sdk/deployment.ts';
import { isTransient } from './errors.ts';
import type { Session } from './session.ts';

/**
 * Sends the command with which a deletion begins in AWS, of which {@link Session.interrupted} tells. When AWS refuses it,
 * nothing goes on; when no answer came, nobody knows.
 */
export async function begin(session: Session, command: DeleteStackCommand, stack: string): Promise<void> {
  try {
    await session.aws.cloudFormation.send(command);
  } catch (error) {
    session.interrupted = isTransient(error)
      ? `it is not known whether stack ${stack} changes: app status shows it`
      : '';
    throw error;
  }
}
