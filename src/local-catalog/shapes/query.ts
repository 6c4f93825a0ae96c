import { integer, list, oneOf, pattern, struct, text } from '../shape.ts';

/** Input shapes of the CloudFormation and STS operations that are served. */
const nextToken = text({ min: 1, max: 1024 });
const callAs = oneOf('SELF', 'DELEGATED_ADMIN');

const STACK_STATUSES = [
  'CREATE_IN_PROGRESS',
  'CREATE_FAILED',
  'CREATE_COMPLETE',
  'ROLLBACK_IN_PROGRESS',
  'ROLLBACK_FAILED',
  'ROLLBACK_COMPLETE',
  'DELETE_IN_PROGRESS',
  'DELETE_FAILED',
  'DELETE_COMPLETE',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_FAILED',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
  'REVIEW_IN_PROGRESS',
  'IMPORT_IN_PROGRESS',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_IN_PROGRESS',
  'IMPORT_ROLLBACK_FAILED',
  'IMPORT_ROLLBACK_COMPLETE',
] as const;

export const describeStacks = struct({ StackName: text(), NextToken: nextToken });

export const listStacks = struct({
  NextToken: nextToken,
  StackStatusFilter: list(oneOf(...STACK_STATUSES)),
});

export const describeStackSet = struct({ StackSetName: text(), CallAs: callAs }, 'StackSetName');

export const getTemplateSummary = struct({
  TemplateBody: text({ min: 1 }),
  TemplateURL: text({ min: 1, max: 5120 }),
  StackName: text({
    min: 1,
    pattern: pattern(
      '([a-zA-Z][-a-zA-Z0-9]*)|(arn:\\b(aws|aws-us-gov|aws-cn)\\b:[-a-zA-Z0-9:/._+]*)',
      /^(?:[a-zA-Z][-a-zA-Z0-9]*|arn:(?:aws|aws-us-gov|aws-cn):[-a-zA-Z0-9:/._+]*)$/,
    ),
  }),
  StackSetName: text(),
  CallAs: callAs,
});

export const getCallerIdentity = struct({});

export const assumeRole = struct(
  {
    RoleArn: text({ min: 20, max: 2048 }),
    RoleSessionName: text({
      min: 2,
      max: 64,
      pattern: pattern('[\\w+=,.@-]*', /^[\w+=,.@-]*$/),
    }),
    PolicyArns: list(struct({ arn: text({ min: 20, max: 2048 }) })),
    Policy: text({ min: 1 }),
    DurationSeconds: integer(900, 43_200),
    ExternalId: text({
      min: 2,
      max: 1224,
      pattern: pattern('[\\w+=,.@:\\/-]*', /^[\w+=,.@:/-]*$/),
    }),
    SourceIdentity: text({ min: 2, max: 64 }),
  },
  'RoleArn',
  'RoleSessionName',
);
