import { describe, expect, test } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import { asTargetName } from '../../src/domain/ids.ts';
import type { ValueAllowances } from '../../src/domain/values.ts';
import { bytesOf, documentOf } from './support.ts';

const ALLOWED: ValueAllowances = {
  env: ['APP_'],
  files: ['/run/secrets'],
  secretsManager: ['prod/'],
  ssmParameters: ['/prod/', '/aws/'],
};

function read(parameter: string, values?: ValueAllowances) {
  const target = asTargetName('default');
  const text = documentOf('a', `provisioningParameters:\n    P: {valueFrom: ${parameter}}`);
  return loadDesired([{ path: 'a.yaml', bytes: bytesOf(text) }], {
    targets: [{ name: target }],
    defaultTarget: target,
    ...(values === undefined ? {} : { values }),
  });
}

describe('valueFrom', () => {
  test.each([
    ['{env: APP_TOKEN}', { kind: 'env', name: 'APP_TOKEN' }],
    ['{file: /run/secrets/a/token}', { kind: 'file', path: '/run/secrets/a/token' }],
    ['{ssmParameter: /prod/x}', { kind: 'ssmParameter', name: '/prod/x', version: null }],
    [
      '{ssmParameter: {name: /prod/x, version: 3}}',
      { kind: 'ssmParameter', name: '/prod/x', version: '3' },
    ],
    [
      '{secretsManager: {secretId: prod/db}}',
      { kind: 'secretsManager', secretId: 'prod/db', key: null, version: null },
    ],
    [
      '{secretsManager: {secretId: prod/db, key: password, version: AWSPREVIOUS}}',
      { kind: 'secretsManager', secretId: 'prod/db', key: 'password', version: 'AWSPREVIOUS' },
    ],
  ])('%s is read where the configuration allows it', (text, source) => {
    const { specs } = read(text, ALLOWED);
    expect(specs[0]?.parameters.P).toEqual({ kind: 'from', source });
  });

  test.each([
    '{env: AWS_SECRET_ACCESS_KEY}',
    '{env: app_token}',
    '{file: /etc/passwd}',
    '{file: /run/secrets}',
    '{file: /run/secretsother/x}',
    '{file: /run/secrets/../../etc/passwd}',
    '{file: /run/secrets//x}',
    '{file: run/secrets/x}',
    '{ssmParameter: /dev/x}',
    // A secret of Secrets Manager in another guise, although a prefix of its name is allowed.
    '{ssmParameter: /aws/reference/secretsmanager/prod/db}',
    '{secretsManager: {secretId: dev/db}}',
    '{secretsManager: {secretId: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db"}}',
  ])('%s is refused with its line and a next step', (text) => {
    const { specs, problems, invalid } = read(text, ALLOWED);
    expect(specs).toEqual([]);
    expect(invalid).toHaveLength(1);
    expect(problems).toMatchObject([
      {
        code: 'document/value-not-allowed',
        field: 'provisioningParameters.P',
        next: expect.stringMatching(/\S/),
      },
    ]);
    expect(problems[0]?.at?.file).toBe('a.yaml');
  });

  test('nothing is allowed by default', () => {
    for (const text of ['{env: APP_X}', '{file: /run/secrets/x}', '{ssmParameter: /prod/x}'])
      expect(read(text).problems.map(({ code }) => code)).toEqual(['document/value-not-allowed']);
  });

  test('a version that hides in a name is refused', () => {
    const { problems } = read('{ssmParameter: "/prod/x:3"}', ALLOWED);
    expect(problems.map(({ code }) => code)).toEqual(['document/bad-value']);
  });
});

describe('what a rule or a policy says', () => {
  const spec = (text: string) => {
    const target = asTargetName('default');
    const options = { targets: [{ name: target }], defaultTarget: target };
    return loadDesired([{ path: 'a.yaml', bytes: bytesOf(documentOf('a', text)) }], options);
  };

  test.each([
    ['provisioningArtifact: {latest: true}', { kind: 'latest' }],
    ['provisioningArtifact: {semver: ">=1.4 <3"}', { kind: 'semver', range: '>=1.4 <3' }],
    ['provisioningArtifactName: v1', null],
  ])('%s', (text, versionRule) => {
    expect(spec(text).specs[0]).toMatchObject({ versionRule });
  });

  test('only reports by default, and ignores nothing', () => {
    expect(spec('productName: x').specs[0]?.reconcile).toMatchObject({
      onNewVersion: 'report',
      onRotate: 'report',
      ignore: [],
    });
  });

  test.each([
    ['/tags', true],
    ['/tags/a~1b', true],
    ['/provisioningParameters/X', true],
    ['/properties/owner', true],
    ['/provisioningArtifact', true],
    ['/stackInstances', true],
    ['/tags/a/b', false],
    ['/tags/', false],
    ['/properties/other', false],
    ['/target', false],
    ['/reconcile/drift', false],
    ['/expect', false],
    ['/constructor', false],
  ])('reconcile.ignore takes %s: %s', (pointer, accepted) => {
    const { specs, problems } = spec(`reconcile: {ignore: ["${pointer}"]}`);
    expect(specs).toHaveLength(accepted ? 1 : 0);
    expect(problems.map(({ code }) => code)).toEqual(accepted ? [] : ['document/bad-pointer']);
  });
});
