import { describe, expect, it } from 'vitest';
import { createLocalCatalog } from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import type { ParameterSource, SecretSource } from '../../src/reconciler/ports/values.ts';
import { type Answer, type Call, inProcess, REGION, rig } from './support.ts';

const parameter = (name: string, version: string | null = null): ParameterSource => ({
  kind: 'ssmParameter',
  name,
  version,
});
const secret = (
  secretId: string,
  key: string | null = null,
  version: string | null = null,
): SecretSource => ({ kind: 'secretsManager', secretId, key, version });
const wanted = <T>(source: T, version: string | null = null) => ({ source, version });

const json = (body: unknown): Answer => ({ kind: 'json', body });
const refusal = (code: string): Answer => ({
  kind: 'json',
  status: 400,
  body: { __type: code, message: 'about hunter2' },
});

const ID = '11111111-2222-3333-4444-555555555555';

function ask(answer: (call: Call) => Answer) {
  const { requestHandler, calls } = inProcess(answer);
  const { catalog, tickets } = rig({ requestHandler });
  return { stores: catalog.stores, calls, tickets, counts: () => catalog.calls().byOperation };
}

const input = (call: Call | undefined) => call?.input as Record<string, unknown>;

describe('Parameter Store', () => {
  const answer = (call: Call): Answer => {
    const names = input(call).Names as string[];
    const found = names.filter((name) => !name.startsWith('/gone'));
    const show = (name: string) => {
      const [Name, selector] = name.split(':');
      return { Name, Value: `value of ${name}`, Version: Number(selector ?? 7) };
    };
    return json({ Parameters: found.map(show), InvalidParameters: [] });
  };

  it('is asked for ten at a time, and answers in order', async () => {
    const { stores, calls, tickets, counts } = ask(answer);
    const names = Array.from({ length: 23 }, (_, index) => `/p/${index}`);
    const found = await stores.parameters(names.map((name) => wanted(parameter(name))));
    expect(found).toEqual(
      names.map((name) => ({ kind: 'read', value: `value of ${name}`, version: '7' })),
    );
    expect(calls.map((call) => (input(call).Names as string[]).length)).toEqual([10, 10, 3]);
    expect(input(calls[0]).WithDecryption).toBe(true);
    expect(tickets.sts).toBe(3);
    expect(counts()).toEqual({ 'ssm.GetParameters': 3 });
  });

  it('decrypts nothing where only versions are wanted, and hands no value on', async () => {
    const { stores, calls } = ask(answer);
    const found = await stores.parameterVersions([parameter('/p/a'), parameter('/gone')]);
    expect(found).toEqual([
      { kind: 'known', version: '7' },
      { kind: 'missing', why: expect.stringMatching(/\S/) },
    ]);
    expect(input(calls[0]).WithDecryption).toBe(false);
    expect(JSON.stringify(found)).not.toContain('value of');
  });

  describe('of one parameter, once by its name and once by its ARN in one call', () => {
    const ARN = 'arn:aws:ssm:eu-central-1:111122223333:parameter/prod/x';
    const shownAs = (Version: number, Selector?: string) => ({
      ...{ Name: '/prod/x', ARN, Value: `v${Version}`, Version },
      ...(Selector === undefined ? {} : { Selector }),
    });
    const pinned = shownAs(3, ':3');
    const newest = shownAs(5);
    const labelled = shownAs(4, ':live');

    const named = (version: string | null = null) => parameter('/prod/x', version);
    const byArn = (version: string | null = null) => parameter(ARN, version);

    it.each([
      ['a pinned version and the newest', [wanted(named('3')), wanted(byArn())], ['v3', 'v5']],
      ['the newest and a pinned version', [wanted(named()), wanted(byArn('3'))], ['v5', 'v3']],
      [
        'what was approved and a label',
        [wanted(named(), '3'), wanted(byArn('live'))],
        ['v3', 'v4'],
      ],
      [
        'what is not there and the newest',
        [wanted(named('9')), wanted(byArn())],
        ['missing', 'v5'],
      ],
    ])('%s: each gets its own', async (_what, sources, expected) => {
      for (const answers of [
        [pinned, labelled, newest],
        [newest, labelled, pinned],
      ]) {
        const { stores, calls } = ask(() => json({ Parameters: answers, InvalidParameters: [] }));
        const found = await stores.parameters(sources);
        expect(found.map((one) => (one.kind === 'read' ? one.value : one.kind))).toEqual(expected);
        expect(calls).toHaveLength(1);
      }
    });
  });

  it('keeps two versions of one parameter apart', async () => {
    const { stores } = ask(answer);
    const found = await stores.parameters([
      wanted(parameter('/p/a', '3')),
      wanted(parameter('/p/a')),
      wanted(parameter('/p/a'), '5'),
    ]);
    expect(found.map((one) => (one.kind === 'read' ? one.version : one))).toEqual(['3', '7', '5']);
  });

  it.each([
    ['AccessDeniedException', 'unreadable', 'allow GetParameters'],
    ['ValidationException', 'missing', 'ValidationException'],
  ])('%s is %s, and says nothing of what AWS said', async (code, kind, why) => {
    const { stores } = ask(() => refusal(code));
    const [found] = await stores.parameters([wanted(parameter('/p/a'))]);
    expect(found).toMatchObject({ kind, why: expect.stringContaining(why) });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

describe('a batch that fails as a whole', () => {
  /** A policy that names each parameter: one name outside of it and the whole call is denied. */
  const policed = (bad: (name: string) => boolean, code: string) => (call: Call) => {
    const names = input(call).Names as string[];
    if (names.some(bad)) return refusal(code);
    return json({ Parameters: names.map((Name) => ({ Name, Value: `of ${Name}`, Version: 1 })) });
  };
  const names = Array.from({ length: 20 }, (_, index) => `/p/${index}`);
  const all = names.map((name) => wanted(parameter(name)));

  it.each([['/p/0'], ['/p/4'], ['/p/9'], ['/p/19']])(
    'is split until only %s is without an answer',
    async (denied) => {
      const { stores, calls } = ask(policed((name) => name === denied, 'AccessDeniedException'));
      const found = await stores.parameters(all);
      expect(found).toEqual(
        names.map((name) =>
          name === denied
            ? {
                kind: 'unreadable',
                why: 'GetParameters failed: AccessDeniedException; allow GetParameters for this role',
              }
            : { kind: 'read', value: `of ${name}`, version: '1' },
        ),
      );
      expect(calls.length).toBeLessThanOrEqual(11);
      const versions = await stores.parameterVersions(all.map(({ source }) => source));
      expect(versions.map(({ kind }) => kind).filter((kind) => kind !== 'known')).toEqual([
        'unreadable',
      ]);
    },
  );

  it('costs at most two calls a name, however many are denied', async () => {
    const { stores, calls } = ask(policed(() => true, 'AccessDeniedException'));
    const found = await stores.parameters(all);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['unreadable']));
    expect(calls.length).toBeLessThan(2 * names.length);
  });

  it('is not split where the service cannot answer: no name is to blame', async () => {
    const { stores, calls } = ask(() => ({
      kind: 'json',
      status: 500,
      body: { __type: 'InternalServerError', message: 'x' },
    }));
    const found = await stores.parameters(all.slice(0, 10));
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['unreadable']));
    // Six tries of one call.
    expect(calls).toHaveLength(6);
  });

  it.each([
    ['InvalidKeyId', 'unreadable'],
    ['SomethingNew', 'unreadable'],
    ['ParameterVersionNotFound', 'missing'],
    ['ValidationException', 'missing'],
  ])('of one name that fails by %s is %s, and the others are read', async (code, kind) => {
    const { stores } = ask(policed((name) => name === '/p/3', code));
    const found = await stores.parameters(all.slice(0, 5));
    expect(found.map((one) => one.kind)).toEqual(['read', 'read', 'read', kind, 'read']);
  });

  const secretAnswer = (bad: (id: string) => string | null, batch: Answer | null) => {
    return (call: Call) => {
      const show = (id: string) => ({ Name: id, SecretString: `of ${id}`, VersionId: ID });
      if (call.operation === 'BatchGetSecretValue')
        return batch ?? json({ SecretValues: (input(call).SecretIdList as string[]).map(show) });
      const id = String(input(call).SecretId);
      const code = bad(id);
      return code === null ? json(show(id)) : refusal(code);
    };
  };

  it.each([
    ['AccessDeniedException', 'AccessDeniedException', 'unreadable'],
    ['ResourceNotFoundException', 'ResourceNotFoundException', 'missing'],
    ['DecryptionFailure', 'DecryptionFailure', 'unreadable'],
    // A role that may read its secrets, and not list them together.
    ['AccessDeniedException', null, 'read'],
  ])('of secrets, by %s, is read one by one', async (whole, one, kind) => {
    const { stores, calls } = ask(
      secretAnswer((id) => (id === 's-1' ? one : null), refusal(whole)),
    );
    const found = await stores.secrets(['s-0', 's-1', 's-2'].map((id) => wanted(secret(id))));
    expect(found.map((each) => each.kind)).toEqual(['read', kind, 'read']);
    expect(calls.map(({ operation }) => operation)).toEqual([
      'BatchGetSecretValue',
      'GetSecretValue',
      'GetSecretValue',
      'GetSecretValue',
    ]);
    expect(input(calls[1])).toEqual({ SecretId: 's-0', VersionStage: 'AWSCURRENT' });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('of secrets is not read one by one where the service cannot answer', async () => {
    const failing: Answer = {
      kind: 'json',
      status: 503,
      body: { __type: 'ServiceUnavailable', message: 'x' },
    };
    const { stores, calls } = ask(secretAnswer(() => null, failing));
    const found = await stores.secrets(['s-0', 's-1'].map((id) => wanted(secret(id))));
    expect(found.map((each) => each.kind)).toEqual(['unreadable', 'unreadable']);
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(
      new Set(['BatchGetSecretValue']),
    );
  });

  it('asks alone for a secret that the answer says nothing about', async () => {
    const { stores, calls } = ask((call) =>
      call.operation === 'BatchGetSecretValue'
        ? json({ SecretValues: [{ Name: 's-0', SecretString: 'zero', VersionId: ID }] })
        : json({ Name: 's-1', SecretString: 'one', VersionId: ID }),
    );
    const found = await stores.secrets(['s-0', 's-1'].map((id) => wanted(secret(id))));
    expect(found.map((each) => (each.kind === 'read' ? each.value : each))).toEqual([
      'zero',
      'one',
    ]);
    expect(calls).toHaveLength(2);
  });
});

describe('Secrets Manager', () => {
  it('tells versions by DescribeSecret, once for each secret', async () => {
    const { stores, calls } = ask(() =>
      json({ Name: 's', VersionIdsToStages: { [ID]: ['AWSCURRENT'], old: ['AWSPREVIOUS'] } }),
    );
    const found = await stores.secretVersions([
      secret('s'),
      secret('s', 'key'),
      secret('s', null, 'AWSPREVIOUS'),
      secret('s', null, ID),
      secret('s', null, 'nothing'),
    ]);
    expect(found.map((one) => (one.kind === 'known' ? one.version : one.kind))).toEqual([
      ID,
      ID,
      'old',
      ID,
      'missing',
    ]);
    expect(calls.map(({ operation }) => operation)).toEqual(['DescribeSecret']);
  });

  it('knows a secret that is marked for deletion as missing', async () => {
    const { stores } = ask(() =>
      json({ DeletedDate: 1, VersionIdsToStages: { [ID]: ['AWSCURRENT'] } }),
    );
    expect(await stores.secretVersions([secret('s')])).toMatchObject([{ kind: 'missing' }]);
  });

  it('reads current values twenty at a time, and other versions one by one', async () => {
    const { stores, calls } = ask((call) => {
      if (call.operation === 'GetSecretValue')
        return json({ SecretString: 'pinned', VersionId: input(call).VersionId ?? 'by stage' });
      const ids = input(call).SecretIdList as string[];
      const values = ids.filter((id) => id !== 's-3');
      return json({
        SecretValues: values.map((Name) => ({ Name, SecretString: `of ${Name}`, VersionId: ID })),
        Errors: [{ SecretId: 's-3', ErrorCode: 'ResourceNotFoundException', Message: 'hunter2' }],
      });
    });
    const ids = Array.from({ length: 21 }, (_, index) => `s-${index}`);
    const found = await stores.secrets([
      ...ids.map((id) => wanted(secret(id))),
      wanted(secret('s-1'), ID),
      wanted(secret('s-1', null, 'AWSPREVIOUS')),
    ]);
    expect(found[0]).toEqual({ kind: 'read', value: 'of s-0', version: ID });
    expect(found[3]).toEqual({
      kind: 'missing',
      why: 'BatchGetSecretValue failed: ResourceNotFoundException',
    });
    expect(found.slice(21)).toEqual([
      { kind: 'read', value: 'pinned', version: ID },
      { kind: 'read', value: 'pinned', version: 'by stage' },
    ]);
    expect(calls.map(({ operation }) => operation).sort()).toEqual([
      'BatchGetSecretValue',
      'BatchGetSecretValue',
      'GetSecretValue',
      'GetSecretValue',
    ]);
  });

  it.each([
    ['{"password":"p"}', 'password', { kind: 'read', value: 'p' }],
    ['{"port":5432}', 'port', { kind: 'read', value: '5432' }],
    ['{"id":12345678901234567890}', 'id', { kind: 'read', value: '12345678901234567890' }],
    ['{"rate":1.10}', 'rate', { kind: 'read', value: '1.10' }],
    ['{"big":1e5}', 'big', { kind: 'read', value: '1e5' }],
    ['{"big":1E+400}', 'big', { kind: 'read', value: '1E+400' }],
    ['{"zero": -0 }', 'zero', { kind: 'read', value: '-0' }],
    ['{"a":1,"a":2.50}', 'a', { kind: 'read', value: '2.50' }],
    ['{"x":{"a":1},"a":0.0}', 'a', { kind: 'read', value: '0.0' }],
    ['{"__proto__":7.0}', '__proto__', { kind: 'read', value: '7.0' }],
    ['{"text":"1.10"}', 'text', { kind: 'read', value: '1.10' }],
    ['{"empty":""}', 'empty', { kind: 'read', value: '' }],
    ['{"on":true}', 'on', { kind: 'read', value: 'true' }],
    ['{"off":false}', 'off', { kind: 'read', value: 'false' }],
    ['{"n":null}', 'n', { kind: 'missing', why: expect.stringContaining('holds null') }],
    ['{"a":{"b":1}}', 'a', { kind: 'missing', why: expect.stringContaining('holds an object') }],
    ['{"a":[1, 2]}', 'a', { kind: 'missing', why: expect.stringContaining('holds a list') }],
    ['12', '0', { kind: 'missing' }],
    ['null', 'a', { kind: 'missing' }],
    ['{"a":1}', 'constructor', { kind: 'missing' }],
    ['[1]', '0', { kind: 'missing' }],
    ['no json', 'a', { kind: 'missing' }],
  ])('takes of %s the member %s', async (SecretString, key, expected) => {
    const { stores } = ask(() =>
      json({ SecretValues: [{ Name: 's', SecretString, VersionId: ID }] }),
    );
    const [found] = await stores.secrets([wanted(secret('s', key))]);
    expect(found).toMatchObject(expected);
    if (expected.kind === 'missing') expect(JSON.stringify(found)).not.toContain(SecretString);
  });

  it('does not take binary for text', async () => {
    const { stores } = ask(() => json({ SecretValues: [{ Name: 's', VersionId: ID }] }));
    expect(await stores.secrets([wanted(secret('s'))])).toMatchObject([{ kind: 'missing' }]);
  });
});

/** Whoever writes a version chooses its id, of 32 to 64 characters: it need not be a UUID. */
describe('Secrets Manager, whatever the ids of its versions look like', () => {
  const NOW = 'terraform-20260101120000000000000002';
  const BEFORE = 'terraform-20250101120000000000000001';

  async function world() {
    const local = await createLocalCatalog({
      seed: normaliseSeed({
        region: REGION,
        secrets: [
          {
            name: 's',
            value: '{"user":"u","password":"new"}',
            versionId: NOW,
            previous: '{"user":"u","password":"old"}',
            previousVersionId: BEFORE,
          },
        ],
      }),
    });
    const { catalog } = rig({ requestHandler: local });
    return { stores: catalog.stores, counts: () => local.admin.counts() };
  }

  const old = { kind: 'read', value: 'old', version: BEFORE };

  it.each([
    ['the current one', NOW, { kind: 'read', value: 'new', version: NOW }],
    ['one that was current before', BEFORE, old],
  ])('reads exactly the version that is wanted: %s', async (_, version, expected) => {
    const { stores, counts } = await world();
    const found = await stores.secrets([wanted(secret('s', 'password'), version)]);
    expect(found).toEqual([expected]);
    expect(counts()).toEqual({ GetSecretValue: 1 });
  });

  it('reads the version that a document names, at no more calls where it was compared before', async () => {
    const { stores, counts } = await world();
    const source = secret('s', 'password', BEFORE);
    expect(await stores.secretVersions([source])).toEqual([{ kind: 'known', version: BEFORE }]);
    expect(await stores.secrets([wanted(source)])).toEqual([old]);
    expect(counts()).toEqual({ DescribeSecret: 1, GetSecretValue: 1 });
  });

  it('asks whether a long name is an id or a stage, where nothing was compared before', async () => {
    const { stores, counts } = await world();
    expect(await stores.secrets([wanted(secret('s', 'password', BEFORE))])).toEqual([old]);
    expect(counts()).toEqual({ DescribeSecret: 1, GetSecretValue: 1 });
    const [found] = await stores.secrets([wanted(secret('s', null, 'x'.repeat(40)))]);
    expect(found).toMatchObject({ kind: 'missing', why: expect.stringContaining('xxxx') });
    expect(counts()).toEqual({ DescribeSecret: 2, GetSecretValue: 1 });
  });

  it('asks once for one version of a secret, however many of its keys are wanted', async () => {
    const { stores, counts } = await world();
    const found = await stores.secrets([
      wanted(secret('s', 'user'), BEFORE),
      wanted(secret('s', 'password'), BEFORE),
      wanted(secret('s', 'user', 'AWSPREVIOUS')),
      wanted(secret('s', 'password', 'AWSPREVIOUS')),
    ]);
    expect(found.map((one) => (one.kind === 'read' ? one.value : one))).toEqual([
      'u',
      'old',
      'u',
      'old',
    ]);
    // A stage that is too short for an id needs no look at what it is.
    expect(counts()).toEqual({ GetSecretValue: 2 });
  });

  it('keeps the same stage of two secrets apart', async () => {
    const { stores } = ask((call) =>
      json({ SecretString: `of ${input(call).SecretId}`, VersionId: ID }),
    );
    const found = await stores.secrets(
      ['s', 't'].map((id) => wanted(secret(id, null, 'AWSPREVIOUS'))),
    );
    expect(found).toMatchObject([{ value: 'of s' }, { value: 'of t' }]);
  });

  it.each([
    [31, 'stage', ['GetSecretValue']],
    [32, 'id', ['DescribeSecret', 'GetSecretValue']],
    [64, 'id', ['DescribeSecret', 'GetSecretValue']],
    [65, 'stage', ['GetSecretValue']],
  ])('a name of %d characters may be the name of a %s', async (length, _what, expected) => {
    const name = 'x'.repeat(length);
    const { stores, calls } = ask((call) =>
      call.operation === 'DescribeSecret'
        ? json({ Name: 's', VersionIdsToStages: { [name]: [] } })
        : json({ Name: 's', SecretString: 'x', VersionId: ID }),
    );
    expect(await stores.secrets([wanted(secret('s', null, name))])).toMatchObject([
      { kind: 'read' },
    ]);
    expect(calls.map(({ operation }) => operation)).toEqual(expected);
    const asked = length < 32 || length > 64 ? { VersionStage: name } : { VersionId: name };
    expect(input(calls.at(-1))).toEqual({ SecretId: 's', ...asked });
  });

  it('takes a stage that looks like an id for a stage, and an id for an id before all', async () => {
    const { stores, calls } = ask((call) =>
      call.operation === 'DescribeSecret'
        ? json({
            Name: 's',
            VersionIdsToStages: { [NOW]: [ID, BEFORE], [BEFORE]: ['AWSPREVIOUS'] },
          })
        : json({ Name: 's', SecretString: 'x', VersionId: input(call).VersionId }),
    );
    const sources = [secret('s', null, ID), secret('s', null, BEFORE)];
    const versions = await stores.secretVersions(sources);
    expect(versions.map((one) => one.kind === 'known' && one.version)).toEqual([NOW, BEFORE]);
    const found = await stores.secrets(sources.map((source) => wanted(source)));
    expect(found.map((one) => one.kind === 'read' && one.version)).toEqual([NOW, BEFORE]);
    expect(calls.map(({ operation }) => operation).sort()).toEqual([
      'DescribeSecret',
      'DescribeSecret',
      'GetSecretValue',
      'GetSecretValue',
    ]);
  });

  it('says why where it cannot ask what a long name is', async () => {
    const { stores, calls } = ask(() => refusal('AccessDeniedException'));
    expect(await stores.secrets([wanted(secret('s', null, BEFORE))])).toEqual([
      {
        kind: 'unreadable',
        why: 'DescribeSecret failed: AccessDeniedException; allow DescribeSecret for this role',
      },
    ]);
    expect(calls).toHaveLength(1);
  });
});
