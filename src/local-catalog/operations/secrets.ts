import { AwsError } from '../aws-error.ts';
import type { Secret, SecretVersion, StoredParameter } from '../entities.ts';
import { type Context, reads } from '../operation.ts';
import * as shapes from '../shapes/secrets.ts';
import { seconds } from '../show.ts';
import type { JsonObject } from '../validate.ts';

/** Names that exist come back in the order asked for; the others are listed, not refused. */
export const getParameters = reads('GetParameters', shapes.getParameters, (context, input) => {
  const parameters: JsonObject[] = [];
  const invalid: string[] = [];
  for (const wanted of new Set(input.Names)) {
    const found = findParameter(context, wanted);
    if (found === null) invalid.push(wanted);
    else parameters.push(showParameter(context, found, input.WithDecryption === true));
  }
  return { Parameters: parameters, InvalidParameters: invalid };
});

/** By name or ARN, with `:VERSION` behind it or not. */
function findParameter(context: Context, wanted: string): StoredParameter | null {
  const name = /^arn:[^:]*:ssm:[^:]*:\d*:parameter(\/?.*)$/.exec(wanted)?.[1] ?? wanted;
  const { parameters } = context.place;
  const exact = parameters.get(name) ?? parameters.get(name.replace(/^\//, ''));
  if (exact !== undefined) return exact;
  const [, base = '', version] = /^(.*):(\d+)$/.exec(name) ?? [];
  const found = parameters.get(base);
  return found !== undefined && String(found.version) === version ? found : null;
}

function showParameter(context: Context, of: StoredParameter, decrypt: boolean): JsonObject {
  const { place } = context;
  const path = of.name.startsWith('/') ? of.name : `/${of.name}`;
  return {
    Name: of.name,
    Type: of.type,
    Value:
      of.type === 'SecureString' && !decrypt
        ? `AQICAH${Buffer.from(of.name).toString('base64')}`
        : of.value,
    Version: of.version,
    LastModifiedDate: seconds(of.modifiedAt),
    ARN: `arn:aws:ssm:${place.region}:${place.account}:parameter${path}`,
    DataType: 'text',
  };
}

function findSecret(context: Context, wanted: string): Secret {
  const { secrets } = context.place;
  const byName = secrets.get(wanted);
  if (byName !== undefined) return byName;
  for (const secret of secrets.values())
    if (secret.arn === wanted || secret.arn.replace(/-[^-]{6}$/, '') === wanted) return secret;
  throw new AwsError(
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
}

function versionOf(secret: Secret, id: string | undefined, stage: string | undefined) {
  const found = secret.versions.find(
    (version) =>
      (id === undefined || version.id === id) &&
      (id !== undefined && stage === undefined
        ? true
        : version.stages.includes(stage ?? 'AWSCURRENT')),
  );
  if (found !== undefined) return found;
  const what = id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`;
  throw new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${what}`,
  );
}

function showValue(secret: Secret, version: SecretVersion): JsonObject {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.value,
    VersionStages: version.stages,
    CreatedDate: seconds(version.createdAt),
  };
}

export const getSecretValue = reads('GetSecretValue', shapes.getSecretValue, (context, input) => {
  const secret = findSecret(context, input.SecretId);
  return showValue(secret, versionOf(secret, input.VersionId, input.VersionStage));
});

/** Either a list of ids or filters; what cannot be read is listed among the errors. */
export const batchGetSecretValue = reads(
  'BatchGetSecretValue',
  shapes.batchGetSecretValue,
  (context, input) => {
    const ids = input.SecretIdList;
    if ((ids === undefined) === (input.Filters === undefined))
      throw new AwsError(
        'InvalidParameterException',
        'Either SecretIdList or Filters must be provided, but not both.',
      );
    const wanted = ids ?? filtered(context, input.Filters ?? []);
    const values: JsonObject[] = [];
    const errors: JsonObject[] = [];
    for (const id of wanted) {
      try {
        const secret = findSecret(context, id);
        values.push(showValue(secret, versionOf(secret, undefined, undefined)));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
      }
    }
    return { SecretValues: values, Errors: errors };
  },
);

function filtered(
  context: Context,
  filters: readonly { Key?: string | undefined; Values?: readonly string[] | undefined }[],
): readonly string[] {
  return [...context.place.secrets.keys()].filter((name) =>
    filters.every(
      (filter) =>
        filter.Key === 'name' && (filter.Values ?? []).some((prefix) => name.startsWith(prefix)),
    ),
  );
}

/** Versions and stages, without any value: enough to see that a secret was rotated. */
export const describeSecret = reads('DescribeSecret', shapes.describeSecret, (context, input) => {
  const secret = findSecret(context, input.SecretId);
  const [current] = secret.versions;
  return {
    ARN: secret.arn,
    Name: secret.name,
    RotationEnabled: false,
    LastChangedDate: current === undefined ? undefined : seconds(current.createdAt),
    VersionIdsToStages: Object.fromEntries(
      secret.versions
        .filter((version) => version.stages.length > 0)
        .map((version) => [version.id, version.stages]),
    ),
    CreatedDate: seconds(secret.createdAt),
  };
});
