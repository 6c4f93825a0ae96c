import { flag, integer, list, struct, text } from '../shape.ts';

/** Input shapes of the Systems Manager and Secrets Manager operations that are served. */
export const getParameters = struct(
  {
    Names: list(text({ min: 1, max: 2048 }), { min: 1, max: 10 }),
    WithDecryption: flag,
  },
  'Names',
);

const secretId = text({ min: 1, max: 2048 });

export const getSecretValue = struct(
  {
    SecretId: secretId,
    VersionId: text({ min: 32, max: 64 }),
    VersionStage: text({ min: 1, max: 256 }),
  },
  'SecretId',
);

export const batchGetSecretValue = struct({
  SecretIdList: list(secretId, { min: 1, max: 20 }),
  Filters: list(struct({ Key: text(), Values: list(text()) }), { max: 10 }),
  MaxResults: integer(1, 20),
  NextToken: text({ min: 1, max: 4096 }),
});

export const describeSecret = struct({ SecretId: secretId }, 'SecretId');
