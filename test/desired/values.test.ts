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

const NOTHING: ValueAllowances = { env: [], files: [], secretsManager: [], ssmParameters: [] };

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

  const ARN = 'arn:aws:ssm:eu-west-1:111122223333:parameter';
  const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret';

  test.each([
    '{ssmParameter: "/prod/x:3"}',
    '{ssmParameter: {name: "/prod/x:label"}}',
    `{ssmParameter: "${ARN}/prod/x:3"}`,
    `{ssmParameter: {name: "${ARN}/prod/x:label", version: "1"}}`,
    '{ssmParameter: {name: /prod/x, version: "3:4"}}',
    // An ARN that is none of a parameter.
    `{ssmParameter: "${SECRET_ARN}:prod/x"}`,
    '{ssmParameter: "arn:aws:ssm:eu/west:111122223333:parameter/prod/x"}',
    '{ssmParameter: "arn:aws:ssm:eu-west-1:parameter/prod/x"}',
  ])('a version that hides in a name, or an ARN of something else, is refused: %s', (text) => {
    const everything = { ...ALLOWED, ssmParameters: ['/', 'arn:'] };
    const { specs, problems } = read(text, everything);
    expect(specs).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['document/bad-value']);
  });

  describe('whatever prefixes are allowed', () => {
    const everything: ValueAllowances = {
      env: ['A', 'AWS_', 'TRUEUP_'],
      files: ['/'],
      secretsManager: ['a', 'p'],
      ssmParameters: ['/', 'a', 'A', 'arn:', `${ARN}/`, ' '],
    };

    test.each([
      '/aws/reference/secretsmanager/prod/db',
      'aws/reference/secretsmanager/prod/db',
      '//aws/reference/secretsmanager/prod/db',
      '/aws//reference///secretsmanager//prod/db',
      '/AWS/Reference/SecretsManager/prod/db',
      ' /aws/reference/secretsmanager/prod/db',
      '/aws/reference/secretsmanager',
      `${ARN}/aws/reference/secretsmanager/prod/db`,
      `${ARN}//aws/reference//secretsmanager/prod/db`,
      `${ARN}/Aws/reference/secretsManager/prod/db`,
      'arn:aws-cn:ssm:cn-north-1:111122223333:parameter/aws/reference/secretsmanager/x',
    ])('a secret is not read as the parameter %s', (name) => {
      for (const parameter of [
        `{ssmParameter: "${name}"}`,
        `{ssmParameter: {name: "${name}", version: "3"}}`,
        `{ssmParameter: {name: "${name}", version: AWSCURRENT}}`,
      ]) {
        const { specs, problems } = read(parameter, everything);
        expect(specs).toEqual([]);
        expect(problems).toMatchObject([
          {
            code: 'document/value-not-allowed',
            message: expect.stringContaining('a secret of Secrets Manager'),
          },
        ]);
      }
    });

    test.each([
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_SECURITY_TOKEN',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    ])("the program's own credentials are not read: %s", (name) => {
      const { specs, problems } = read(`{env: ${name}}`, everything);
      expect(specs).toEqual([]);
      expect(problems).toMatchObject([
        { code: 'document/value-not-allowed', message: expect.stringContaining('credentials') },
      ]);
      expect(read('{env: AWS_REGION}', everything).problems).toEqual([]);
    });

    test.each([
      // A name that AWS could take for an ARN, by a prefix that was meant for names.
      [`{secretsManager: {secretId: "${SECRET_ARN}:prod/db-abcdef"}}`, { secretsManager: ['a'] }],
      [`{secretsManager: {secretId: "${SECRET_ARN}:prod/db"}}`, { secretsManager: ['arn'] }],
      [`{secretsManager: {secretId: "${SECRET_ARN}:prod/db"}}`, { secretsManager: ['prod/'] }],
      [`{ssmParameter: "${ARN}/prod/x"}`, { ssmParameters: ['a', '/prod/'] }],
      // A prefix that is an ARN does not reach names, other accounts, other regions.
      ['{secretsManager: {secretId: prod/db}}', { secretsManager: [`${SECRET_ARN}:prod/`] }],
      ['{ssmParameter: /prod/x}', { ssmParameters: [`${ARN}/prod/`] }],
      [
        '{secretsManager: {secretId: "arn:aws:secretsmanager:eu-west-1:999988887777:secret:prod/db"}}',
        { secretsManager: [`${SECRET_ARN}:prod/`] },
      ],
      [
        '{ssmParameter: "arn:aws:ssm:us-east-1:111122223333:parameter/prod/x"}',
        { ssmParameters: [`${ARN}/prod/`] },
      ],
      [`{ssmParameter: "${ARN}//prod/x"}`, { ssmParameters: [`${ARN}/prod/`] }],
      ['{ssmParameter: " /prod/x"}', { ssmParameters: ['/prod/'] }],
      ['{ssmParameter: /PROD/x}', { ssmParameters: ['/prod/'] }],
      ['{secretsManager: {secretId: PROD/db}}', { secretsManager: ['prod/'] }],
      ['{file: "/run/secrets/..%2f..%2fetc/./x"}', { files: ['/run/secrets'] }],
      ['{file: "/run/secrets/%2e%2e/../x"}', { files: ['/run/secrets'] }],
      ['{file: /run/secrets/}', { files: ['/run/secrets'] }],
      ['{file: "/run/./secrets/x"}', { files: ['/run/secrets'] }],
    ])('%s is refused where %j is', (text, allowed) => {
      const { specs, problems } = read(text, { ...NOTHING, ...allowed });
      expect(specs).toEqual([]);
      expect(problems.map(({ code }) => code)).toEqual(['document/value-not-allowed']);
    });

    test.each([
      [`{secretsManager: {secretId: "${SECRET_ARN}:prod/db"}}`, [`${SECRET_ARN}:prod/`]],
      [`{secretsManager: {secretId: "${SECRET_ARN}:prod/db-abcdef"}}`, [`${SECRET_ARN}:prod/`]],
    ])('%s is read by a prefix that is an ARN, whole or without its last signs', (text, list) => {
      expect(read(text, { ...NOTHING, secretsManager: list }).problems).toEqual([]);
    });
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
