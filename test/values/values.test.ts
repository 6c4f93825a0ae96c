import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hmac } from '../../src/domain/canonical.ts';
import type { ValueSource } from '../../src/domain/values.ts';
import type { Fingerprinter } from '../../src/reconciler/ports/runtime.ts';
import type { RemoteValues } from '../../src/reconciler/ports/values.ts';
import { readTextFile } from '../../src/values/read-file.ts';
import { createValues, ownFiles, type ValuesOptions } from '../../src/values/values.ts';

const KEY = new Uint8Array(32).fill(3);
const fingerprinter: Fingerprinter = {
  keyId: 'key',
  digest: (scope, value) => hmac(KEY, scope, value),
};

const remote: RemoteValues = {
  parameterVersions: async (all) =>
    all.map(({ name }) => ({ kind: 'known', version: `v ${name}` })),
  secretVersions: async (all) =>
    all.map(({ secretId }) => ({ kind: 'known', version: `v ${secretId}` })),
  parameters: async (all) =>
    all.map(({ source }) => ({ kind: 'read', value: source.name, version: '1' })),
  secrets: async (all) =>
    all.map(({ source }) => ({ kind: 'read', value: source.secretId, version: '2' })),
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'values-'));
  mkdirSync(join(root, 'allowed'));
});
afterEach(() => rmSync(root, { recursive: true }));

const values = (over: Partial<ValuesOptions> = {}) =>
  createValues({
    env: { APP_TOKEN: 'token value' },
    roots: [join(root, 'allowed')],
    remote,
    fingerprinter,
    purpose: 'act',
    ...over,
  });
const env = (name: string): ValueSource => ({ kind: 'env', name });
const file = (...steps: string[]): ValueSource => ({ kind: 'file', path: join(root, ...steps) });
const parameter = (name: string): ValueSource => ({ kind: 'ssmParameter', name, version: null });
const secret = (secretId: string): ValueSource => ({
  kind: 'secretsManager',
  secretId,
  key: null,
  version: null,
});
const fetched = async (source: ValueSource, over: Partial<ValuesOptions> = {}) =>
  (await values(over).fetch([{ source, version: null }]))[0];

describe('values of this machine', () => {
  it.each([
    ['text\n', 'text'],
    ['text\r\n', 'text'],
    ['two\n\n', 'two\n'],
    [' kept ', ' kept '],
    ['', ''],
  ])('a file with %j is %j', async (content, value) => {
    writeFileSync(join(root, 'allowed', 'a'), content);
    expect(await fetched(file('allowed', 'a'))).toMatchObject({ kind: 'read', value });
  });

  it('are followed through links only within the directories that may be read', async () => {
    writeFileSync(join(root, 'outside'), 'not for us');
    mkdirSync(join(root, 'allowed', '..data'));
    writeFileSync(join(root, 'allowed', '..data', 'a'), 'mounted');
    symlinkSync(join('..data', 'a'), join(root, 'allowed', 'mounted'));
    symlinkSync(join('..', 'outside'), join(root, 'allowed', 'escape'));
    symlinkSync('..', join(root, 'allowed', 'up'));
    expect(await fetched(file('allowed', 'mounted'))).toMatchObject({ value: 'mounted' });
    for (const source of [file('allowed', 'escape'), file('allowed', 'up', 'outside')]) {
      const found = await fetched(source);
      expect(found).toMatchObject({ kind: 'missing', why: expect.stringContaining('leads out') });
    }
    expect(await fetched(file('allowed', 'mounted'), { roots: [] })).toMatchObject({
      kind: 'missing',
    });
  });

  it('are missing where they are not there, too large, a directory or no text', async () => {
    writeFileSync(join(root, 'allowed', 'large'), 'x'.repeat(70_000));
    writeFileSync(join(root, 'allowed', 'bytes'), new Uint8Array([0xff, 0xfe, 0x00]));
    for (const source of [
      file('allowed', 'nothing'),
      file('allowed', 'large'),
      file('allowed', 'bytes'),
      file('allowed', '.'),
      env('APP_NOTHING'),
      env('constructor'),
    ])
      expect(await fetched(source)).toMatchObject({ kind: 'missing' });
  });

  it('have a keyed digest for a version, which tells a change and not the value', async () => {
    const [before] = await values().versions([env('APP_TOKEN')]);
    const changed = { env: { APP_TOKEN: 'other' } };
    const [after] = await values(changed).versions([env('APP_TOKEN')]);
    if (before?.kind !== 'known' || after?.kind !== 'known') throw new Error('not known');
    expect(before.version).toMatch(/^hmac:/);
    expect(after.version).not.toBe(before.version);
    const wanted = [{ source: env('APP_TOKEN'), version: before.version }];
    expect(await values().fetch(wanted)).toMatchObject([{ kind: 'read', value: 'token value' }]);
    expect(await values(changed).fetch(wanted)).toMatchObject([{ kind: 'missing' }]);
  });

  it('cannot be known without the key', async () => {
    const without = { fingerprinter: null };
    expect(await fetched(env('APP_TOKEN'), without)).toMatchObject({ kind: 'unreadable' });
    expect(await values(without).versions([env('APP_TOKEN')])).toMatchObject([
      { kind: 'unreadable' },
    ]);
  });
});

describe('a file that is none', () => {
  const rules = () => ({ roots: [join(root, 'allowed')], own: [] });

  it('is not waited for: a named pipe, a socket, a device, a directory', async () => {
    execFileSync('mkfifo', [join(root, 'allowed', 'pipe')]);
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(root, 'allowed', 'socket'), done));
    symlinkSync('/dev/zero', join(root, 'allowed', 'device'));
    mkdirSync(join(root, 'allowed', 'directory'));
    try {
      for (const name of ['pipe', 'socket', 'directory'])
        expect(await fetched(file('allowed', name)), name).toEqual({
          kind: 'missing',
          why: 'it is no regular file',
        });
      expect(await fetched(file('allowed', 'device'))).toMatchObject({ kind: 'missing' });
      const anywhere = { roots: ['/'] };
      for (const path of ['/dev/zero', '/dev/tty', '/proc/self/environ', '/proc/self/root/etc'])
        expect(await fetched({ kind: 'file', path }, anywhere), path).toMatchObject({
          kind: 'missing',
        });
    } finally {
      server.close();
    }
  });

  it('is not waited for, nor read, where it takes the place of a file after the check', async () => {
    writeFileSync(join(root, 'outside'), 'not for us');
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere', 'a'), 'not for us');
    const swaps: Readonly<Record<string, (path: string) => void>> = {
      pipe: (path) => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
      link: (path) => {
        rmSync(path);
        symlinkSync(join(root, 'outside'), path);
      },
      directory: (path) => {
        rmSync(join(path, '..'), { recursive: true });
        symlinkSync(join(root, 'elsewhere'), join(path, '..'));
      },
      gone: (path) => rmSync(path),
    };
    for (const [name, swap] of Object.entries(swaps)) {
      const directory = join(root, 'allowed', name);
      mkdirSync(directory);
      const path = join(directory, 'a');
      writeFileSync(path, 'for us');
      const found = await readTextFile(path, rules(), async (one) => {
        const real = await realpath(one);
        swap(path);
        return real;
      });
      expect(found.kind, name).not.toBe('ok');
    }
    expect(await readTextFile(join(root, 'allowed', 'gone', 'a'), rules())).toEqual({
      kind: 'missing',
      why: 'it does not exist',
    });
  });

  it('is a path that no file can have', async () => {
    expect(await fetched(file('allowed', 'a\0b'))).toEqual({
      kind: 'missing',
      why: 'no file has such a path',
    });
    writeFileSync(join(root, 'allowed', 'bytes'), new Uint8Array([0xff, 0xfe]));
    expect(await fetched(file('allowed', 'bytes'))).toEqual({
      kind: 'missing',
      why: 'it is no text in UTF-8',
    });
    symlinkSync('round', join(root, 'allowed', 'round'));
    expect(await fetched(file('allowed', 'round'))).toMatchObject({ kind: 'missing' });
    expect(await fetched(file('allowed', '%2e%2e', 'outside'))).toMatchObject({ kind: 'missing' });
  });

  it('is read up to the limit, whatever size it says it has', async () => {
    writeFileSync(join(root, 'allowed', 'full'), 'x'.repeat(65_536));
    expect(await fetched(file('allowed', 'full'))).toMatchObject({ kind: 'read' });
    writeFileSync(join(root, 'allowed', 'more'), 'x'.repeat(65_537));
    expect(await fetched(file('allowed', 'more'))).toMatchObject({
      kind: 'missing',
      why: expect.stringContaining('more than the 65536 bytes'),
    });
  });
});

describe("this program's own credentials and key", () => {
  it.each([
    'AWS_CONFIG_FILE',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
  ])('are not read where they lie below a directory that is allowed: %s', async (name) => {
    writeFileSync(join(root, 'allowed', 'token'), 'our own');
    symlinkSync('token', join(root, 'allowed', 'link'));
    const own = { env: { [name]: join(root, 'allowed', 'link') } };
    for (const path of ['token', 'link'])
      expect(await fetched(file('allowed', path), own)).toMatchObject({
        kind: 'missing',
        why: expect.stringContaining('own credentials'),
      });
    expect(await fetched(file('allowed', 'token'))).toMatchObject({ kind: 'read' });
  });

  it('are not read out of the home directory, nor the key of the journal', async () => {
    mkdirSync(join(root, 'allowed', '.aws', 'sso'), { recursive: true });
    writeFileSync(join(root, 'allowed', '.aws', 'sso', 'a'), 'our own');
    writeFileSync(join(root, 'allowed', 'key'), 'our own');
    const own = { env: { HOME: join(root, 'allowed') }, own: [join(root, 'allowed', 'key')] };
    for (const source of [file('allowed', '.aws', 'sso', 'a'), file('allowed', 'key')])
      expect(await fetched(source, own)).toMatchObject({ kind: 'missing' });
  });
});

it('the token of a pod is never read', () => {
  expect(ownFiles({ env: {} })).toEqual(['/var/run/secrets/kubernetes.io/serviceaccount']);
});

describe('questions of all kinds', () => {
  const all = [secret('s1'), env('APP_TOKEN'), parameter('p1'), secret('s2'), parameter('p2')];

  it('are answered in the order in which they are put', async () => {
    const versions = await values().versions(all);
    expect(versions.map((one) => (one.kind === 'known' ? one.version.slice(0, 4) : one))).toEqual([
      'v s1',
      'hmac',
      'v p1',
      'v s2',
      'v p2',
    ]);
    const found = await values().fetch(all.map((source) => ({ source, version: null })));
    expect(found.map((one) => (one.kind === 'read' ? one.value : one))).toEqual([
      's1',
      'token value',
      'p1',
      's2',
      'p2',
    ]);
  });

  it('are about versions only in a plan, and not about this machine', async () => {
    const plan = values({ purpose: 'plan' });
    const versions = await plan.versions(all);
    expect(versions.map(({ kind }) => kind)).toEqual([
      'known',
      'unknown',
      'known',
      'known',
      'known',
    ]);
    const found = await plan.fetch(all.map((source) => ({ source, version: null })));
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['unreadable']));
  });
});
