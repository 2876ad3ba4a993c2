import type { Command } from '../command.ts';
import { describeCommand } from './describe.ts';
import { httpServerCommand } from './http-server.ts';
import { invokeCommand } from './invoke.ts';
import { lambdaCommand } from './lambda.ts';
import { provisionCommand } from './provision.ts';
import { supervisorCommand } from './supervisor.ts';
import { versionCommand } from './version.ts';

export const commands: readonly Command[] = [
  httpServerCommand,
  invokeCommand,
  lambdaCommand,
  supervisorCommand,
  describeCommand,
  provisionCommand,
  versionCommand,
];
