import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { hmac } from '../domain/canonical.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import type { Fingerprinter } from '../reconciler/ports/runtime.ts';

const KEY_BYTES = 32;
const KEY_ID_LABEL = 'trueup fingerprint key id 1';
const KEY_ID_DIGITS = 12;
const OTHERS = 0o007;
const GROUP = 0o070;

export interface FingerprinterOptions {
  /** TRUEUP_FINGERPRINT_KEY_FILE; null: a file beside the journal. */
  readonly keyFile: string | null;
  readonly journalPath: string;
  /** write: makes the key if there is none. read: changes nothing. */
  readonly mode: 'write' | 'read';
  /** Told what is worth mending and no reason to stop. */
  readonly warn?: (message: string) => void;
}

/**
 * Opens the key that fingerprints are made with. Resolves to null only in mode `read`, where there
 * is no key yet: then nothing that AWS does not return can be verified. Rejects with
 * `journal/key-invalid` or `journal/key-permissions`.
 */
export async function openFingerprinter(
  options: FingerprinterOptions & { readonly mode: 'write' },
): Promise<Fingerprinter>;
export async function openFingerprinter(
  options: FingerprinterOptions,
): Promise<Fingerprinter | null>;
export async function openFingerprinter(
  options: FingerprinterOptions,
): Promise<Fingerprinter | null> {
  const file = options.keyFile ?? `${options.journalPath}.key`;
  const found = readKey(file, options.warn ?? (() => {}));
  if (found !== null) return fingerprinter(found);
  if (options.mode === 'read') return null;
  createKey(file);
  const made = readKey(file, () => {});
  if (made === null) throw unusable(file, 'it was removed as soon as it was made');
  return fingerprinter(made);
}

function fingerprinter(bytes: Uint8Array): Fingerprinter {
  const key = createSecretKey(bytes);
  return {
    // Made with the key, so that it names it; one-way, so that it gives nothing away.
    keyId: createHmac('sha256', key).update(KEY_ID_LABEL).digest('hex').slice(0, KEY_ID_DIGITS),
    digest: (scope, value) => hmac(key, scope, value),
  };
}

function readKey(file: string, warn: (message: string) => void): Uint8Array | null {
  let key: Uint8Array;
  let mode: number;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw unusable(file, 'it is not a regular file');
    mode = stat.mode;
    key = readFileSync(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error instanceof TrueupError ? error : unusable(file, reasonOf(error), error);
  }
  if ((mode & OTHERS) !== 0)
    throw new TrueupError(
      'journal/key-permissions',
      `${file} has mode ${octal(mode)}: everybody on this machine has access to the fingerprint key`,
    );
  if (key.length !== KEY_BYTES)
    throw unusable(file, `it has ${key.length} bytes, and a key has exactly ${KEY_BYTES}`);
  if ((mode & GROUP) !== 0)
    warn(`${file} has mode ${octal(mode)}: its group has access to the fingerprint key`);
  return key;
}

/** Whole or not at all, on the disk before it is used; a key that somebody else made first wins. */
function createKey(file: string): void {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    rmSync(unfinished, { force: true });
    writeNew(unfinished, randomBytes(KEY_BYTES));
    publish(unfinished, file);
    rmSync(unfinished, { force: true });
    syncDirectory(dirname(file));
  } catch (error) {
    throw unusable(file, `it cannot be made: ${reasonOf(error)}`, error);
  }
}

function writeNew(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function publish(unfinished: string, file: string): void {
  try {
    linkSync(unfinished, file);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return;
    // Some network file systems have no hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    renameSync(unfinished, file);
  }
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, '0');

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'ENOSPC') return 'the disk is full';
  return code === null ? String(error) : `error ${code}`;
}

function unusable(file: string, why: string, cause?: unknown): TrueupError {
  return new TrueupError(
    'journal/key-invalid',
    `${file} cannot be used as fingerprint key: ${why}`,
    {
      cause,
    },
  );
}
