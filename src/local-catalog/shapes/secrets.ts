import { flag, integer, list, oneOf, pattern, struct, text } from '../shape.ts';

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
  Filters: list(
    struct({
      Key: oneOf(
        'description',
        'name',
        'tag-key',
        'tag-value',
        'primary-region',
        'owning-service',
        'all',
      ),
      Values: list(
        text({
          max: 512,
          pattern: pattern(
            '^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$',
            /^!?[a-zA-Z0-9 :_@/+=.\-!]*$/,
          ),
        }),
        { min: 1, max: 10 },
      ),
    }),
    { max: 10 },
  ),
  MaxResults: integer(1, 20),
  NextToken: text({ min: 1, max: 4096 }),
});

export const describeSecret = struct({ SecretId: secretId }, 'SecretId');
