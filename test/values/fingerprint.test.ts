import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TrueupError } from '../../src/domain/errors/registry.ts';
import { type FingerprinterOptions, openFingerprinter } from '../../src/values/fingerprint.ts';
import { asNobody } from '../source/scratch.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'trueup-key-'));
  onTestFinished(() => {
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true });
  });
  return join(directory, 'journal.db');
}

const open = (journalPath: string, more: Partial<FingerprinterOptions> = {}) =>
  openFingerprinter({ keyFile: null, journalPath, mode: 'read', ...more });

async function failureOf(work: Promise<unknown>): Promise<TrueupError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TrueupError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

function keyAt(path: string, bytes: Uint8Array | string, mode = 0o600): string {
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  return path;
}

describe('a key that is missing', () => {
  it('is made beside the journal by the writer: 32 random bytes, for its user alone', async () => {
    const [one, two] = [scratch(), scratch()];
    for (const path of [one, two]) await open(path, { mode: 'write' });
    expect(statSync(`${one}.key`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${one}.key`)).toHaveLength(32);
    expect(readFileSync(`${one}.key`)).not.toEqual(readFileSync(`${two}.key`));
    expect(readdirSync(dirname(one))).toEqual(['journal.db.key']);
  });

  it('is made where the configuration says', async () => {
    const path = scratch();
    const keyFile = join(dirname(path), 'elsewhere');
    await open(path, { mode: 'write', keyFile });
    expect(readFileSync(keyFile)).toHaveLength(32);
    expect(existsSync(`${path}.key`)).toBe(false);
  });

  it('is none for a reader, who makes none', async () => {
    const path = scratch();
    expect(await open(path)).toBeNull();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('and cannot be made, is an error', async () => {
    const path = join(dirname(scratch()), 'missing', 'journal.db');
    const failure = await failureOf(open(path, { mode: 'write' }));
    expect(failure.code).toBe('journal/key-invalid');
    expect(failure.message).toContain('cannot be made');
  });
});

describe('a key that is there', () => {
  it('gives the same digests and the same name to everybody who has it', async () => {
    const path = scratch();
    const writer = await open(path, { mode: 'write' });
    const again = await open(path, { mode: 'write' });
    const reader = await open(path);
    expect(again?.keyId).toBe(writer?.keyId);
    expect(reader?.keyId).toBe(writer?.keyId);
    expect(reader?.digest(['a'], 'v')).toBe(writer?.digest(['a'], 'v'));
  });

  it('gives other digests and another name than another key', async () => {
    const path = scratch();
    const one = await open(path, { keyFile: keyAt(`${path}.1`, Buffer.alloc(32, 1)) });
    const two = await open(path, { keyFile: keyAt(`${path}.2`, Buffer.alloc(32, 2)) });
    expect(one?.keyId).not.toBe(two?.keyId);
    expect(one?.digest(['a'], 'v')).not.toBe(two?.digest(['a'], 'v'));
  });

  it('keeps equal values of different fields apart', async () => {
    const reader = await open(scratch(), { mode: 'write' });
    const digests = [
      reader?.digest(['a'], 'v'),
      reader?.digest(['b'], 'v'),
      reader?.digest(['a', 'b'], 'v'),
      reader?.digest(['a'], 'w'),
      reader?.digest([], 'v'),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    for (const digest of digests) expect(digest).toMatch(/^hmac:[0-9a-f]{64}$/);
  });

  it('is not given away by its name', async () => {
    const path = scratch();
    const key = Buffer.alloc(32, 7);
    const reader = await open(path, { keyFile: keyAt(`${path}.key`, key) });
    expect(reader?.keyId).toMatch(/^[0-9a-f]{12}$/);
    const plain = createHash('sha256').update(key).digest('hex');
    expect(plain.startsWith(reader?.keyId ?? '')).toBe(false);
    expect(key.toString('hex')).not.toContain(reader?.keyId ?? '');
  });

  it.each([
    ['empty', ''],
    ['too short', Buffer.alloc(31)],
    ['too long', Buffer.alloc(33)],
    ['text', `${'ab'.repeat(32)}\n`],
  ])('but is %s, is refused and left alone', async (_, bytes) => {
    const path = scratch();
    keyAt(`${path}.key`, bytes);
    for (const mode of ['read', 'write'] as const) {
      const failure = await failureOf(open(path, { mode }));
      expect(failure.code).toBe('journal/key-invalid');
      expect(failure.message).toContain(`it has ${bytes.length} bytes`);
    }
    expect(readFileSync(`${path}.key`)).toHaveLength(bytes.length);
  });

  it('but is a directory, is refused', async () => {
    const path = scratch();
    mkdirSync(`${path}.key`);
    expect((await failureOf(open(path))).code).toBe('journal/key-invalid');
  });

  it('but may not be read, is not missing', async () => {
    const path = scratch();
    chmodSync(dirname(path), 0o755);
    keyAt(`${path}.key`, Buffer.alloc(32), 0o000);
    const failure = await asNobody(() => failureOf(open(path)));
    expect(failure.code).toBe('journal/key-invalid');
    expect(failure.message).toContain('permission denied');
  });

  it.each([0o644, 0o604, 0o602])('with mode %o is refused: others have access', async (mode) => {
    const path = scratch();
    keyAt(`${path}.key`, Buffer.alloc(32), mode);
    const failure = await failureOf(open(path, { mode: 'write' }));
    expect(failure.code).toBe('journal/key-permissions');
    expect(failure.message).toContain(`mode 0${mode.toString(8)}`);
  });

  it.each([0o440, 0o640, 0o660])('with mode %o is used, with a warning', async (mode) => {
    const path = scratch();
    keyAt(`${path}.key`, Buffer.alloc(32), mode);
    const warnings: string[] = [];
    const reader = await open(path, { warn: (message) => warnings.push(message) });
    expect(reader).not.toBeNull();
    expect(warnings).toEqual([expect.stringContaining(`mode 0${mode.toString(8)}`)]);
  });

  it.each([0o400, 0o600])('with mode %o is used without a word', async (mode) => {
    const path = scratch();
    keyAt(`${path}.key`, Buffer.alloc(32), mode);
    const warnings: string[] = [];
    await open(path, { warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([]);
  });
});
