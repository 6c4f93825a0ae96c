import { AwsError } from '../aws-error.ts';
import { randomId } from '../ids.ts';
import type { Caller } from '../model.ts';
import { reads, writes } from '../operation.ts';
import * as shapes from '../shapes/query.ts';

export const getCallerIdentity = reads(
  'GetCallerIdentity',
  shapes.getCallerIdentity,
  ({ caller }) => ({ Arn: caller.sessionArn, UserId: caller.userId, Account: caller.account }),
);

const ROLE = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/;

/**
 * Temporary credentials for a role. A role that the seed names as a caller keeps that caller's
 * rights; any other has all of them.
 */
export const assumeRole = writes('AssumeRole', shapes.assumeRole, (context, input) => {
  const { world, random, now } = context;
  const [, account, path = ''] = ROLE.exec(input.RoleArn) ?? [];
  if (account === undefined)
    throw new AwsError('ValidationError', `${input.RoleArn} is invalid`, 400);
  const role = path.split('/').at(-1) ?? path;
  const known = [...world.callers.values()].find((caller) => caller.arn === input.RoleArn);
  const accessKeyId = `ASIA${letters(random)}`;
  const userId = `AROA${letters(random)}:${input.RoleSessionName}`;
  const session: Caller = {
    name: known?.name ?? role,
    accessKeyId,
    account,
    arn: input.RoleArn,
    sessionArn: `arn:aws:sts::${account}:assumed-role/${role}/${input.RoleSessionName}`,
    userId,
    level: known?.level ?? 'Account',
    allow: known?.allow ?? ['*'],
    deny: known?.deny ?? [],
  };
  world.callers.set(accessKeyId, session);
  const lasts = (input.DurationSeconds ?? 3_600) * 1_000;
  return {
    AssumedRoleUser: { AssumedRoleId: userId, Arn: session.sessionArn },
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: randomId('local', random),
      SessionToken: randomId('session', random),
      Expiration: new Date(now + lasts).toISOString(),
    },
  };
});

function letters(random: () => number): string {
  return randomId('', random).slice(1).toUpperCase() + 'LOCAL'.slice(0, 3);
}
