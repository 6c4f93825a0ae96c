import type { ErrorTable } from './entry.ts';

export const awsErrors = {
  'aws/throttled': {
    title: 'AWS refused the call because of its rate',
    meaning:
      'Service Catalog, CloudFormation or STS answered that too many calls were made. The call was not carried out. Reads were repeated with growing waits before this was reported.',
    next: 'lower --reads-per-second or --writes-per-second, or run fewer programs against this account and region at once',
  },
  'aws/unsent': {
    title: 'The call could not be sent',
    meaning:
      'No connection to the endpoint came about: its name was not found, it refused the connection, or it did not answer in time. Nothing was carried out.',
    next: 'check the network, the region and AWS_ENDPOINT_URL, then run the command again',
  },
  'aws/unknown': {
    title: 'The call got no usable answer',
    meaning:
      'The call was sent, and then the connection broke, the time ran out, or the answer could not be understood. It may have been carried out.',
    next: 'run the command again: the same request keeps its token, so it takes effect at most once',
  },
  'aws/denied': {
    title: 'AWS denied the call',
    meaning:
      "The caller lacks the right to make this call. Service Catalog wants the role's own ARN, not a session's, to be associated with the portfolio.",
    next: 'allow the action that the message names, and associate the role ARN with the portfolio',
  },
  'aws/credentials': {
    title: 'There are no usable AWS credentials',
    meaning:
      "The SDK's own chain gave no credentials or no region, the role could not be assumed, or AWS does not accept the credentials: expired, unknown, or signed with a wrong clock.",
    next: 'check AWS_PROFILE, AWS_REGION, the role of the target and its externalId, and the clock of this machine',
  },
  'aws/not-found': {
    title: 'AWS does not know what was asked for',
    meaning:
      'Service Catalog answers the same way when the caller may not see a product: no portfolio that holds it is shared with this caller.',
    next: 'check the name or id and the region, and that the role ARN is associated with the portfolio',
  },
  'aws/invalid': {
    title: 'AWS refused the request',
    meaning: 'A value in the request breaks a rule of the service; repeating it would not help.',
    next: 'change what the message names',
  },
  'aws/conflict': {
    title: 'AWS refused the request for now',
    meaning:
      'Another operation is running, or what the request builds on is not ready yet. The call was not carried out, and the same call may be accepted later.',
    next: 'wait for the other operation to end; trueup tries again by itself',
  },
  'aws/malformed': {
    title: 'AWS gave an answer that breaks its own contract',
    meaning:
      'Something that the API promises is missing from an answer, or its pages do not come to an end. Such an answer is never read as empty.',
    next: 'check that nothing between this machine and AWS changes answers, then run the command again',
  },
  'aws/wrong-account': {
    title: 'The credentials belong to another account',
    meaning:
      'The account that STS reports is not the one that the target, --account or the journal names. Nothing was changed.',
    next: 'use credentials of the right account, or correct accountId of the target',
  },
  'aws/account-needed': {
    title: 'It is not said which account may be changed',
    meaning: 'The daemon changes things only in an account that was named beforehand.',
    next: 'set accountId of the target in trueup.yaml, or pass --account',
  },
} as const satisfies ErrorTable;
