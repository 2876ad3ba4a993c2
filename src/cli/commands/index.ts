import type { Command } from '../command.ts';
import { deleteCommand } from './delete.ts';
import { describeCommand } from './describe.ts';
import { emulateCommand } from './emulate.ts';
import { eventsCommand } from './events.ts';
import { httpServerCommand } from './http-server.ts';
import { invokeCommand } from './invoke.ts';
import { lambdaCommand } from './lambda.ts';
import { provisionCommand } from './provision.ts';
import { statusCommand } from './status.ts';
import { supervisorCommand } from './supervisor.ts';
import { versionCommand } from './version.ts';

export const commands: readonly Command[] = [
  httpServerCommand,
  invokeCommand,
  eventsCommand,
  emulateCommand,
  lambdaCommand,
  supervisorCommand,
  describeCommand,
  provisionCommand,
  statusCommand,
  deleteCommand,
  versionCommand,
];
