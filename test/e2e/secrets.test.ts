import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { ACCOUNT, Desk, documentYaml } from './support.ts';

/** One secret for each place that a value can come from. None may be seen anywhere. */
const SECRETS = {
  literal: 'literal-Zx81-secret',
  env: 'env-Qw72-secret',
  file: 'file-Rt63-secret',
  parameter: 'parameter-Yu54-secret',
  secret: 'manager-Io45-secret',
  tag: 'live-Pa36-secret',
} as const;

const KEYS = ['Literal', 'FromEnv', 'FromFile', 'FromParameter', 'FromSecret'] as const;

const seed: SeedInput = {
  account: ACCOUNT,
  region: 'eu-west-1',
  timing: { accepted: '50ms', running: '100ms', remediation: '50ms' },
  products: [
    {
      name: 'database',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [
        {
          name: 'v1',
          parameters: {
            Size: { default: 's' },
            ...Object.fromEntries(KEYS.map((key) => [key, { noEcho: true, default: SECRETS.tag }])),
          },
        },
      ],
    },
  ],
  provisionedProducts: [
    { name: 'ledger', product: 'database', version: 'v1', parameters: { Size: 's' } },
  ],
  parameterStore: [{ name: '/prod/ledger', value: SECRETS.parameter, type: 'SecureString' }],
  secrets: [{ name: 'prod/ledger', value: JSON.stringify({ password: SECRETS.secret }) }],
};

async function everyByteOf(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => readFile(`${file.parentPath}/${file.name}`)),
  );
  return texts.map((bytes) => bytes.toString('latin1')).join('\n');
}

/** In clear, and as what anybody could make of it or check it by. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hashes = ['sha256', 'sha1', 'md5'].flatMap((name) => {
    const digest = createHash(name).update(bytes).digest();
    return [digest.toString('hex'), digest.toString('base64')];
  });
  // Base64 of it at any place in a longer text: the signs that do not depend on what is around.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [
    secret,
    secret.slice(0, -2),
    secret.slice(2),
    bytes.toString('hex'),
    ...shifted,
    ...hashes,
  ];
}

describe('a secret', () => {
  it('that enters anywhere is seen nowhere, not even in the words of AWS', async () => {
    await using desk = await Desk.open(seed);
    await desk.write(
      'trueup.yaml',
      `values:\n  env: [APP_]\n  files: [${desk.path('mounted')}]\n  ssmParameters: [/prod/]\n  secretsManager: [prod/]\n`,
    );
    await desk.write('mounted/value', SECRETS.file);
    await desk.write(
      'desired/ledger.yaml',
      documentYaml(
        'ledger',
        `productName: database
provisioningArtifactName: v1
provisioningParameters:
  Size: m
  Literal: ${SECRETS.literal}
  FromEnv: {valueFrom: {env: APP_SECRET}}
  FromFile: {valueFrom: {file: ${desk.path('mounted/value')}}}
  FromParameter: {valueFrom: {ssmParameter: /prod/ledger}}
  FromSecret: {valueFrom: {secretsManager: {secretId: prod/ledger, key: password}}}
`,
      ),
    );
    // AWS's own error texts quote all of them: in a failing record, in refusals of the call, and in
    // errors of the stores themselves.
    const message = `bad values: ${Object.values(SECRETS).join(' ')}`;
    const { admin } = desk.catalog;
    const refuse = (operation: string, code: string) =>
      admin.addFault({ operation, count: 1, effect: { kind: 'error', code, message } });
    admin.addFault({
      operation: 'UpdateProvisionedProduct',
      count: 1,
      effect: { kind: 'recordFails', message },
    });
    const env = { APP_SECRET: SECRETS.env };
    const account = ['--account', ACCOUNT, '--log-level', 'trace', '--writes-per-second', '20'];
    const outputs: string[] = [];
    const run = async (...args: string[]) => {
      const ended = await desk.run(args, env);
      outputs.push(ended.out, ended.err);
      return ended;
    };
    for (const format of ['text', 'json', 'markdown'])
      await run('plan', 'desired', '-f', format, ...account);
    expect(await run('apply', 'desired', '--yes', ...account)).toMatchObject({ code: 1 });
    expect(admin.product('ledger')?.product.status).toBe('TAINTED');
    refuse('UpdateProvisionedProduct', 'InvalidParametersException');
    await run('retry', 'ledger');
    // It looks for a minute whether something else runs there; that is not waited for here.
    const refused = await run('apply', 'desired', '--yes', '--timeout', '1s', ...account);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('send.failed') });
    const stores = ['DescribeSecret', 'GetParameters', 'BatchGetSecretValue', 'GetSecretValue'];
    for (const code of ['ValidationException', 'AccessDeniedException']) {
      for (const operation of stores) refuse(operation, code);
      await run('plan', 'desired', ...account);
      for (const operation of stores) refuse(operation, code);
      await run('apply', 'desired', '--yes', '--timeout', '500ms', ...account);
      admin.clearFaults();
    }
    await run('validate', 'desired', '-f', 'json');
    await run('status');
    await run('status', '-f', 'json');
    await run('retry', 'ledger');
    const applied = await run('apply', 'desired', '--yes', '-f', 'json', ...account);
    expect(applied, applied.err).toMatchObject({ code: 0 });
    expect(admin.product('ledger')?.parameters).toEqual({
      Size: 'm',
      Literal: SECRETS.literal,
      FromEnv: SECRETS.env,
      FromFile: SECRETS.file,
      FromParameter: SECRETS.parameter,
      FromSecret: SECRETS.secret,
    });
    await run('plan', 'desired', ...account);
    const seen = outputs.join('\n') + (await everyByteOf(desk.path('.trueup')));
    expect(seen).toContain('bad values:');
    expect(seen).toContain('AccessDeniedException');
    for (const secret of [
      SECRETS.literal,
      SECRETS.env,
      SECRETS.file,
      SECRETS.parameter,
      SECRETS.secret,
    ])
      for (const form of formsOf(secret)) expect(seen, secret).not.toContain(form);
  }, 60_000);
});
