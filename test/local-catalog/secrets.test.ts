import { describe, expect, test } from 'vitest';
import { at, list, refusal, smallSeed, start, text } from './harness.ts';

const seed = () =>
  smallSeed({
    parameterStore: [
      { name: '/prod/host', value: 'db.example.com' },
      { name: '/prod/key', value: 's3cret', type: 'SecureString' },
    ],
    secrets: [
      { name: 'prod/db', value: '{"password": "new"}', previous: '{"password": "old"}' },
      { name: 'prod/api', value: 'token', account: '444455556666' },
    ],
  });
const ssm = { service: 'ssm' };
const sm = { service: 'secretsmanager' };

describe('ssm:GetParameters', () => {
  test('returns what exists and names what does not', async () => {
    const h = await start(seed());
    const answer = await h.call(
      'GetParameters',
      { Names: ['/prod/host', '/none', '/prod/host:1', '/prod/host:2'] },
      ssm,
    );
    expect(
      list(answer, 'Parameters').map((p) => [at(p, 'Name'), at(p, 'Value'), at(p, 'Version')]),
    ).toEqual([
      ['/prod/host', 'db.example.com', 1],
      ['/prod/host', 'db.example.com', 1],
    ]);
    expect(at(answer, 'InvalidParameters')).toEqual(['/none', '/prod/host:2']);
    expect(at(answer, 'Parameters.0.ARN')).toBe(
      'arn:aws:ssm:eu-west-1:111122223333:parameter/prod/host',
    );
    const byArn = await h.call('GetParameters', { Names: [text(answer, 'Parameters.0.ARN')] }, ssm);
    expect(at(byArn, 'Parameters.0.Value')).toBe('db.example.com');
  });

  test('a SecureString comes in clear only with decryption', async () => {
    const h = await start(seed());
    const value = async (WithDecryption: boolean) =>
      at(
        await h.call('GetParameters', { Names: ['/prod/key'], WithDecryption }, ssm),
        'Parameters.0.Value',
      );
    expect(await value(true)).toBe('s3cret');
    expect(await value(false)).not.toContain('s3cret');
  });

  test('a new value is a new version', async () => {
    const h = await start(seed());
    await h.admin.setParameter('/prod/key', 'next');
    const answer = await h.call(
      'GetParameters',
      { Names: ['/prod/key'], WithDecryption: true },
      ssm,
    );
    expect(at(answer, 'Parameters.0')).toMatchObject({
      Value: 'next',
      Version: 2,
      Type: 'SecureString',
    });
  });

  test.each([
    [{}, /Value null at 'names'/],
    [{ Names: [] }, /length greater than or equal to 1/],
    [{ Names: Array.from({ length: 11 }, (_, n) => `/p${n}`) }, /length less than or equal to 10/],
  ])('refuses %j', async (input, message) => {
    const h = await start(seed());
    const refused = await refusal(h.call('GetParameters', input, ssm));
    expect(refused.code).toBe('ValidationException');
    expect(refused.message).toMatch(message);
  });
});

describe('Secrets Manager', () => {
  test('current and previous values, by name, ARN, version and stage', async () => {
    const h = await start(seed());
    const current = await h.call('GetSecretValue', { SecretId: 'prod/db' }, sm);
    expect(current).toMatchObject({
      Name: 'prod/db',
      SecretString: '{"password": "new"}',
      VersionStages: ['AWSCURRENT'],
    });
    const previous = await h.call(
      'GetSecretValue',
      { SecretId: text(current, 'ARN'), VersionStage: 'AWSPREVIOUS' },
      sm,
    );
    expect(at(previous, 'SecretString')).toBe('{"password": "old"}');
    const byVersion = await h.call(
      'GetSecretValue',
      { SecretId: 'prod/db', VersionId: text(previous, 'VersionId') },
      sm,
    );
    expect(byVersion).toEqual(previous);
  });

  test('whoever writes a version may choose its id', async () => {
    const versionId = 'terraform-20260101120000000000000001';
    const previousVersionId = 'terraform-20250101120000000000000001';
    const secret = { name: 'prod/tf', value: 'new', versionId, previous: 'old', previousVersionId };
    const h = await start(smallSeed({ secrets: [secret] }));
    const described = await h.call('DescribeSecret', { SecretId: 'prod/tf' }, sm);
    expect(at(described, 'VersionIdsToStages')).toEqual({
      [versionId]: ['AWSCURRENT'],
      [previousVersionId]: ['AWSPREVIOUS'],
    });
    const value = async (which: object) =>
      at(await h.call('GetSecretValue', { SecretId: 'prod/tf', ...which }, sm), 'SecretString');
    expect(await value({ VersionId: previousVersionId })).toBe('old');
    const asStage = h.call('GetSecretValue', { SecretId: 'prod/tf', VersionStage: versionId }, sm);
    expect((await refusal(asStage)).code).toBe('ResourceNotFoundException');
  });

  test('DescribeSecret tells versions and no value; a rotation moves them', async () => {
    const h = await start(seed());
    const before = await h.call('DescribeSecret', { SecretId: 'prod/db' }, sm);
    expect(JSON.stringify(before)).not.toContain('password');
    await h.admin.setSecret('prod/db', 'newest');
    const after = await h.call('DescribeSecret', { SecretId: 'prod/db' }, sm);
    const stage = (answer: unknown, wanted: string) =>
      Object.entries(at(answer, 'VersionIdsToStages') as Record<string, string[]>).find(
        ([, stages]) => stages.includes(wanted),
      )?.[0];
    expect(stage(after, 'AWSPREVIOUS')).toBe(stage(before, 'AWSCURRENT'));
    expect(stage(after, 'AWSCURRENT')).not.toBe(stage(before, 'AWSCURRENT'));
  });

  test('a batch returns what it can and lists the rest as errors', async () => {
    const h = await start(seed());
    const answer = await h.call('BatchGetSecretValue', { SecretIdList: ['prod/db', 'none'] }, sm);
    expect(list(answer, 'SecretValues').map((secret) => at(secret, 'Name'))).toEqual(['prod/db']);
    expect(list(answer, 'Errors')).toEqual([
      {
        SecretId: 'none',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
    const filtered = await h.call(
      'BatchGetSecretValue',
      { Filters: [{ Key: 'name', Values: ['prod/'] }] },
      sm,
    );
    expect(list(filtered, 'SecretValues')).toHaveLength(1);
  });

  test('secrets belong to an account', async () => {
    const h = await start(seed());
    const there = { ...sm, key: '444455556666' };
    expect(
      at(await h.call('GetSecretValue', { SecretId: 'prod/api' }, there), 'SecretString'),
    ).toBe('token');
    expect((await refusal(h.call('GetSecretValue', { SecretId: 'prod/db' }, there))).code).toBe(
      'ResourceNotFoundException',
    );
  });

  test.each([
    ['GetSecretValue', { SecretId: 'none' }, 'ResourceNotFoundException'],
    ['GetSecretValue', { SecretId: 'prod/db', VersionStage: 'NONE' }, 'ResourceNotFoundException'],
    ['GetSecretValue', {}, 'ValidationException'],
    ['GetSecretValue', { SecretId: 'prod/db', VersionId: 'short' }, 'ValidationException'],
    ['DescribeSecret', { SecretId: 'none' }, 'ResourceNotFoundException'],
    ['BatchGetSecretValue', {}, 'InvalidParameterException'],
    [
      'BatchGetSecretValue',
      { SecretIdList: Array.from({ length: 21 }, (_, n) => `s${n}`) },
      'ValidationException',
    ],
  ])('%s refuses %j', async (operation, input, code) => {
    const h = await start(seed());
    expect((await refusal(h.call(operation, input, sm))).code).toBe(code);
  });
});
