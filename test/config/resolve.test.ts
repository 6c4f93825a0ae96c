import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { type ConfigInput, resolveConfig } from '../../src/config/resolve.ts';
import { formatPosition } from '../../src/domain/problem.ts';

interface Given {
  readonly flags?: ConfigInput['flags'];
  readonly env?: ConfigInput['env'];
  readonly file?: string;
}

function resolve({ flags = {}, env = {}, file }: Given) {
  const bytes = file === undefined ? null : new TextEncoder().encode(file);
  return resolveConfig({
    flags,
    env,
    file: bytes === null ? null : { path: 'trueup.yaml', bytes },
  });
}

function accepted(given: Given): Config {
  const resolved = resolve(given);
  if (resolved.kind === 'refused') throw new Error(JSON.stringify(resolved.problems));
  return resolved.config;
}

function refused(given: Given): string[] {
  const resolved = resolve(given);
  if (resolved.kind === 'ok') throw new Error('accepted');
  return resolved.problems.map(({ at, code, field }) =>
    `${formatPosition(at)} ${code} ${field}`.trim(),
  );
}

const TWO = `targets:
  - {name: prod-eu, accountId: "111122223333", region: eu-west-1}
  - {name: prod-us, accountId: "111122223333", region: us-east-1}
`;

test('without anything: one target named default, and the documented defaults', () => {
  expect(accepted({})).toEqual({
    targets: [
      {
        name: 'default',
        accountId: null,
        region: null,
        roleArn: null,
        externalId: null,
        sessionName: 'trueup',
        maxInFlight: 5,
        writesPerSecond: 1,
      },
    ],
    defaultTarget: 'default',
    readsPerSecond: 5,
    readBurst: 20,
    writesPerSecond: 1,
    maxInFlight: 5,
    maxInFlightByType: { CONTROL_TOWER_ACCOUNT: 4 },
    intervalMs: 300_000,
    pollIntervalMs: 5_000,
    settleMs: 1_000,
    recordTimeoutMs: 7_200_000,
    engineRecordTimeoutMs: 43_200_000,
    timeoutMs: 3_600_000,
    shutdownTimeoutMs: 25_000,
    maxChanges: 50,
    maxProvisions: 10,
    maxTerminations: 3,
    guards: {
      shares: {
        updates: { floor: 3, share: 0.3 },
        provisions: { floor: 3, share: 0.1 },
        terminations: { floor: 1, share: 0.05 },
      },
      windowMs: 24 * 3_600_000,
    },
    approvals: [],
    journal: '.trueup/journal.db',
    fingerprintKeyFile: null,
    logLevel: 'info',
    logFormat: null,
    observe: false,
    rollouts: [],
    values: { env: [], files: [], secretsManager: [], ssmParameters: [] },
    windows: [],
  });
});

test('a flag beats a variable, which beats the file, which beats the default', () => {
  const file = 'interval: 3m\n';
  const env = { TRUEUP_INTERVAL: '2m' };
  const flags = { interval: '1m' };
  expect(accepted({ file }).intervalMs).toBe(180_000);
  expect(accepted({ file, env }).intervalMs).toBe(120_000);
  expect(accepted({ file, env, flags }).intervalMs).toBe(60_000);
  expect(accepted({ file, env: { TRUEUP_INTERVAL: '' } }).intervalMs).toBe(180_000);
});

test('rollouts have defaults, and canaries are a number or labels', () => {
  const file = `rollouts:
  - product: network
  - {product: prod-abc123, canary: {labels: {stage: canary}}, maxFailures: 3}
  - {product: "*", canary: 0, pauseOnFailure: false}
`;
  expect(accepted({ file }).rollouts).toMatchObject([
    {
      product: 'network',
      canary: { kind: 'count', count: 1 },
      maxFailures: 1,
      pauseOnFailure: true,
    },
    {
      product: 'prod-abc123',
      canary: { kind: 'labels', labels: { stage: 'canary' } },
      maxFailures: 3,
      pauseOnFailure: true,
    },
    {
      product: '*',
      canary: { kind: 'count', count: 0 },
      maxFailures: 1,
      pauseOnFailure: false,
      at: { file: 'trueup.yaml', line: 4, column: 15 },
    },
  ]);
});

test('every option can be set in each of its places', () => {
  const config = accepted({
    file: 'readsPerSecond: 0.5\nreadBurst: 2\nobserve: true\nlogFormat: text\nmaxChanges: 0\n',
    env: { TRUEUP_WRITES_PER_SECOND: '0.25', TRUEUP_FINGERPRINT_KEY_FILE: '/run/key' },
    flags: { pollInterval: '100ms', journal: 'j.db', logLevel: 'trace', settle: '0s' },
  });
  expect(config).toMatchObject({
    readsPerSecond: 0.5,
    readBurst: 2,
    observe: true,
    logFormat: 'text',
    maxChanges: 0,
    writesPerSecond: 0.25,
    fingerprintKeyFile: '/run/key',
    pollIntervalMs: 100,
    journal: 'j.db',
    logLevel: 'trace',
    settleMs: 0,
  });
  expect(accepted({ flags: { observe: true } }).observe).toBe(true);
  expect(accepted({ env: { TRUEUP_OBSERVE: 'true' } }).observe).toBe(true);
});

test('the result cannot be changed, at any depth', () => {
  const config = accepted({ file: `${TWO}values: {env: [APP_]}\n` });
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.targets)).toBe(true);
  expect(Object.isFrozen(config.targets[0])).toBe(true);
  expect(Object.isFrozen(config.values.env)).toBe(true);
});

describe('the single target', () => {
  test('from flags, from variables, and from what AWS tools read', () => {
    const target = (given: Given) => {
      const [{ region, accountId }] = accepted(given).targets;
      return [region, accountId];
    };
    const env = {
      TRUEUP_REGION: 'eu-west-2',
      TRUEUP_ACCOUNT: '111122223333',
      AWS_REGION: 'eu-west-3',
    };
    expect(target({ flags: { region: 'eu-west-1', account: '012345678901' }, env })).toEqual([
      'eu-west-1',
      '012345678901',
    ]);
    expect(target({ env })).toEqual(['eu-west-2', '111122223333']);
    expect(target({ env: { AWS_REGION: 'eu-west-3' } })).toEqual(['eu-west-3', null]);
    expect(target({ env: { AWS_DEFAULT_REGION: 'eu-west-4' } })).toEqual(['eu-west-4', null]);
  });

  test('from the file: a flag beats it, and AWS_REGION only fills a gap', () => {
    const file = 'targets: [{name: prod, region: eu-west-1, accountId: 012345678901}]';
    const [target] = accepted({ file, env: { AWS_REGION: 'eu-west-3' } }).targets;
    expect(target).toMatchObject({ name: 'prod', region: 'eu-west-1', accountId: '012345678901' });
    expect(accepted({ file, flags: { region: 'us-east-1' } }).targets[0].region).toBe('us-east-1');
    const gap = accepted({ file: 'targets: [{name: prod}]', env: { AWS_REGION: 'eu-west-3' } });
    expect(gap.targets[0].region).toBe('eu-west-3');
    expect(gap.defaultTarget).toBe('prod');
  });
});

describe('several targets', () => {
  test('each with its own role and limits; no default unless it is named', () => {
    const config = accepted({
      file: `maxInFlight: 3
targets:
  - {name: a, region: eu-west-1, roleArn: "arn:aws:iam::111122223333:role/t", externalId: ext, maxInFlight: 9}
  - {name: b, region: eu-west-1, accountId: "222233334444", sessionName: nightly, writesPerSecond: 0.5}
`,
    });
    expect(config.targets).toMatchObject([
      { name: 'a', accountId: null, externalId: 'ext', sessionName: 'trueup', maxInFlight: 9 },
      { name: 'b', sessionName: 'nightly', maxInFlight: 3, writesPerSecond: 0.5 },
    ]);
    expect(config.defaultTarget).toBeNull();
    expect(accepted({ file: `${TWO}defaultTarget: prod-us\n` }).defaultTarget).toBe('prod-us');
  });

  test.each<[string, Given]>([
    ['--region', { file: TWO, flags: { region: 'eu-west-1' } }],
    ['--account', { file: TWO, flags: { account: '111122223333' } }],
    ['TRUEUP_REGION', { file: TWO, env: { TRUEUP_REGION: 'eu-west-1' } }],
  ])('%s cannot be for all of them', (source, given) => {
    expect(refused(given)).toEqual(['- config/target-override']);
    const resolved = resolve(given);
    expect(resolved.kind === 'refused' && resolved.problems[0]?.message).toContain(source);
  });

  test('AWS_REGION means none of them', () => {
    const config = accepted({ file: TWO, env: { AWS_REGION: 'eu-west-3' } });
    expect(config.targets.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1']);
  });
});

describe('what is refused, and where', () => {
  const role = (account: string) => `roleArn: "arn:aws:iam::${account}:role/t"`;
  test.each<[string, Given, string[]]>([
    [
      'an unknown key',
      { file: 'intervall: 5m' },
      ['trueup.yaml:1:1 document/unknown-key intervall'],
    ],
    [
      'a number for a duration',
      { file: 'interval: 300' },
      ['trueup.yaml:1:11 document/bad-value interval'],
    ],
    [
      'a duration out of range',
      { file: 'pollInterval: 50ms' },
      ['trueup.yaml:1:15 config/bad-option pollInterval'],
    ],
    [
      'a number out of range',
      { file: 'readBurst: 0' },
      ['trueup.yaml:1:12 document/bad-value readBurst'],
    ],
    ['a flag', { flags: { readBurst: '1.5' } }, ['- config/bad-option readBurst']],
    [
      'a flag without a number',
      { flags: { maxChanges: 'many' } },
      ['- config/bad-option maxChanges'],
    ],
    ['a variable', { env: { TRUEUP_LOG_LEVEL: 'loud' } }, ['- config/bad-option logLevel']],
    [
      'an account of 11 digits',
      { flags: { account: '12345678901' } },
      ['- config/bad-option account'],
    ],
    ['an empty flag', { flags: { journal: '' } }, ['- config/bad-option journal']],
    [
      'two documents',
      { file: 'readBurst: 1\n---\nreadBurst: 2\n' },
      ['trueup.yaml:3:1 config/not-one-document'],
    ],
    ['a list', { file: '- a' }, ['trueup.yaml:1:1 config/not-one-document']],
    ['broken YAML', { file: 'targets: [' }, ['trueup.yaml:1:11 document/syntax']],
    [
      'a target without a name',
      { file: 'targets: [{region: eu-west-1}]' },
      ['trueup.yaml:1:11 document/missing-key targets[0].name'],
    ],
    [
      'no target in the list',
      { file: 'targets: []' },
      ['trueup.yaml:1:10 document/bad-value targets'],
    ],
    [
      'an unknown default',
      { file: `${TWO}defaultTarget: prod-ue` },
      ['trueup.yaml:4:16 config/unknown-default-target defaultTarget'],
    ],
    [
      'a default that the only target is not',
      { file: 'targets: [{name: a}]\ndefaultTarget: b' },
      ['trueup.yaml:2:16 config/unknown-default-target defaultTarget'],
    ],
    [
      'one name twice',
      { file: `${TWO}  - {name: prod-eu, region: eu-west-3}` },
      ['trueup.yaml:4:5 config/duplicate-target targets[2]'],
    ],
    [
      'one account and region twice',
      { file: `${TWO}  - {name: c, region: eu-west-1, accountId: "111122223333"}` },
      ['trueup.yaml:4:5 config/duplicate-target targets[2]'],
    ],
    [
      'one account and region by a role',
      { file: `${TWO}  - {name: c, region: eu-west-1, ${role('111122223333')}}` },
      ['trueup.yaml:4:5 config/duplicate-target targets[2]'],
    ],
    [
      'the same credentials twice',
      { file: 'targets:\n  - {name: a, region: eu-west-1}\n  - {name: b, region: eu-west-1}' },
      ['trueup.yaml:3:5 config/duplicate-target targets[1]'],
    ],
    [
      'two rollout rules for one product',
      { file: 'rollouts:\n  - {product: a}\n  - {product: a, canary: 2}' },
      ['trueup.yaml:3:15 config/duplicate-rollout rollouts[1].product'],
    ],
    [
      'a rollout of nothing',
      { file: 'rollouts:\n  - {canary: 1}' },
      ['trueup.yaml:2:5 document/missing-key rollouts[0].product'],
    ],
    [
      'a rollout with canaries that are neither a number nor labels',
      { file: 'rollouts:\n  - {product: a, canary: all}' },
      ['trueup.yaml:2:26 document/wrong-type rollouts[0].canary'],
    ],
    [
      'a rollout with no failure at all',
      { file: 'rollouts:\n  - {product: a, maxFailures: 0}' },
      ['trueup.yaml:2:31 document/bad-value rollouts[0].maxFailures'],
    ],
    [
      'canaries with labels and something else',
      { file: 'rollouts:\n  - {product: a, canary: {label: {a: b}}}' },
      [
        'trueup.yaml:2:26 document/missing-key rollouts[0].canary.labels',
        'trueup.yaml:2:27 document/unknown-key rollouts[0].canary.label',
      ],
    ],
    [
      'canaries without any label',
      { file: 'rollouts:\n  - {product: a, canary: {labels: {}}}' },
      ['trueup.yaml:2:35 config/no-canary-label rollouts[0].canary.labels'],
    ],
    [
      'no region among several',
      { file: `${TWO}  - {name: c, accountId: "222233334444"}` },
      ['trueup.yaml:4:5 config/region-missing targets[2].region'],
    ],
    [
      'a role in another account',
      { file: `targets: [{name: a, accountId: "111122223333", ${role('222233334444')}}]` },
      ['trueup.yaml:1:57 config/account-mismatch targets.a'],
    ],
  ])('%s', (_, given, problems) => {
    expect(refused(given)).toEqual(problems);
  });

  test('everything at once', () => {
    const given = {
      file: 'settle: 1y\n',
      flags: { readBurst: 'x' },
      env: { TRUEUP_INTERVAL: '5' },
    };
    expect(refused(given)).toEqual([
      'trueup.yaml:1:9 document/bad-value settle',
      '- config/bad-option readBurst',
      '- config/bad-option interval',
    ]);
  });

  test('the message names the flag or variable, the value, the rule and a next step', () => {
    const resolved = resolve({ env: { TRUEUP_POLL_INTERVAL: '10ms' } });
    expect(resolved.kind === 'refused' && resolved.problems[0]).toMatchObject({
      message:
        '"10ms" is not allowed: a duration such as 100ms, 90s, 5m or 1h30m, from 100ms to 1h (given by TRUEUP_POLL_INTERVAL)',
      next: 'give a value that follows the rule',
    });
  });
});

describe('variables that nobody reads', () => {
  const warnings = (env: ConfigInput['env']) => {
    const resolved = resolve({ env });
    return resolved.kind === 'ok' ? resolved.warnings.map(({ next }) => next) : null;
  };

  test('a misspelled one is a warning', () => {
    expect(warnings({ TRUEUP_INTERVALL: '5m' })).toEqual(['did you mean TRUEUP_INTERVAL?']);
  });

  test('foreign ones, and those that other parts read, are none', () => {
    const env = {
      TRUEUP_SERVICE_HOST: '10.0.0.1',
      TRUEUP_CONFIG: 'x.yaml',
      TRUEUP_JOURNAL: 'j',
      X: '1',
    };
    expect(warnings(env)).toEqual([]);
  });
});

test('keys of the file that every object has mean nothing', () => {
  expect(refused({ file: '__proto__: {observe: true}\nconstructor: 1\n' })).toEqual([
    'trueup.yaml:1:1 document/unknown-key __proto__',
    'trueup.yaml:2:1 document/unknown-key constructor',
  ]);
});

describe('guards', () => {
  test('may be set apart; what is left out keeps its default', () => {
    const file = `guards:
  window: 12h
  updates: {absolute: 20, share: 12.5%}
  terminations: {floor: 0}
`;
    expect(accepted({ file })).toMatchObject({
      maxChanges: 20,
      maxTerminations: 3,
      guards: {
        windowMs: 12 * 3_600_000,
        shares: {
          updates: { floor: 3, share: 0.125 },
          provisions: { floor: 3, share: 0.1 },
          terminations: { floor: 0, share: 0.05 },
        },
      },
    });
  });

  test('an absolute cap by a flag beats the one in the file', () => {
    const file = 'guards: {updates: {absolute: 20}}\n';
    expect(accepted({ file, flags: { maxChanges: '7' } }).maxChanges).toBe(7);
    expect(accepted({ file, env: { TRUEUP_MAX_CHANGES: '8' } }).maxChanges).toBe(8);
  });

  test.each([
    ['a share without its sign', 'guards: {updates: {share: "30"}}', 'document/bad-value'],
    ['more than all', 'guards: {updates: {share: 130%}}', 'document/bad-value'],
    ['less than none', 'guards: {updates: {floor: -1}}', 'document/bad-value'],
    ['a guard that is none', 'guards: {changes: {floor: 1}}', 'document/'],
    [
      'one cap twice',
      'maxChanges: 5\nguards: {updates: {absolute: 6}}',
      'config/bad-option guards.updates.absolute',
    ],
    ['an approval that is no digest', 'approvals: [all]', 'document/bad-value'],
  ])('refuses %s', (_, file, code) => {
    expect(refused({ file }).join()).toContain(code);
  });

  test('approvals are digests, whole or their first 32 digits', () => {
    const approvals = [`sha256:${'0'.repeat(64)}`, 'f'.repeat(32)];
    expect(accepted({ file: `approvals: ${JSON.stringify(approvals)}\n` }).approvals).toEqual(
      approvals,
    );
  });
});
