import { LAMBDA_MEMORY_MB, LAMBDA_TIMEOUT_SECONDS } from '../../../src/aws/quotas.ts';
import { SECURITY_GROUP_ID, SUBNET } from '../forms.ts';
import type { Table } from '../rows.ts';

/** Options of a single Lambda function. */
export const FUNCTION_OPTIONS = {
  memorySize: {
    kind: 'whole',
    ...LAMBDA_MEMORY_MB,
    default: 512,
    side: 'functions',
    help: 'Memory of a Lambda function, MB',
  },
  timeout: {
    kind: 'whole',
    ...LAMBDA_TIMEOUT_SECONDS,
    default: 30,
    side: 'functions',
    help: 'Timeout of a Lambda function, seconds',
  },
} as const satisfies Table;

export const FUNCTIONS = {
  ...FUNCTION_OPTIONS,
  lambdaSubnetIds: {
    kind: 'list',
    form: SUBNET,
    side: 'functions',
    needs: ['lambdaSecurityGroupIds'],
    help: 'Subnet of the functions, which are in no VPC without',
  },
  lambdaSecurityGroupIds: {
    kind: 'list',
    form: SECURITY_GROUP_ID,
    side: 'functions',
    needs: ['lambdaSubnetIds'],
    help: 'Security group of the functions there',
  },
  shutdownExtension: {
    kind: 'switch',
    side: 'functions',
    help: 'Functions get SIGTERM before Lambda ends them',
  },
  functionUrl: {
    kind: 'choice',
    values: ['iam', 'open'],
    meanings: { iam: 'signed requests only', open: 'everybody' },
    side: 'lambdaRoutes',
    help: "URL of the routes' function",
  },
  stream: {
    kind: 'switch',
    side: 'lambdaRoutes',
    needs: ['functionUrl'],
    // A streaming function frames every HTTP response as only a function URL reads it.
    excludes: ['alb', 'httpApi'],
    help: 'The function URL streams its responses',
  },
  httpApi: {
    kind: 'choice',
    values: ['iam', 'open'],
    meanings: { iam: 'signed requests only', open: 'everybody' },
    side: 'lambdaRoutes',
    help: "HTTP API before the routes' function",
  },
} as const satisfies Table;
