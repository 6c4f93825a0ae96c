import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

export interface FileRules {
  /** Directories below which files may be read, links resolved. */
  readonly roots: readonly string[];
  /** Files and directories that are never read: what this program itself signs and seals with. */
  readonly own: readonly string[];
}

export type FileText =
  | { readonly kind: 'ok'; readonly value: string }
  | { readonly kind: 'missing' | 'unreadable'; readonly why: string };

/** No parameter takes more; a larger file is none that a parameter was meant to come from. */
const LARGEST_BYTES = 65_536;
const NO_FILE: FileText = { kind: 'missing', why: 'it is no regular file' };
/** Non-blocking, so that a pipe that took the place of a file is not waited for. */
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
/** Trees of the system whose entries look like files and tell of the program that reads them. */
const OF_THE_SYSTEM = ['/proc', '/sys', '/dev'];

type Resolve = (path: string) => Promise<string>;

/**
 * The text of a file without one line end at its end. The path was checked when the document was
 * read; here it counts where the links on the way really lead, and the file that was opened is asked
 * itself where it is: a link may be put in place between the check and the opening.
 */
export async function readTextFile(
  path: string,
  rules: FileRules,
  resolve: Resolve = (one) => realpath(one),
): Promise<FileText> {
  try {
    const real = await resolve(path);
    const refusal = await refusalOf(real, rules);
    if (refusal !== null) return refusal;
    // Before it is opened, too: opening a device can have an effect.
    if (!(await lstat(real)).isFile()) return NO_FILE;
    const handle = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    try {
      return await textOf(handle, real, rules);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return unread(error);
  }
}

async function textOf(handle: FileHandle, real: string, rules: FileRules): Promise<FileText> {
  const stat = await handle.stat();
  if (!stat.isFile()) return NO_FILE;
  const opened = await whereIs(handle, real);
  if (opened === null) return { kind: 'unreadable', why: 'it was replaced while it was read' };
  const refusal = await refusalOf(opened, rules);
  if (refusal !== null) return refusal;
  const bytes = await beginning(handle);
  if (bytes.length > LARGEST_BYTES)
    return { kind: 'missing', why: `it has more than the ${LARGEST_BYTES} bytes that are read` };
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  return { kind: 'ok', value: text.replace(/\r?\n$/, '') };
}

/** The path of the file that is open; null: it is no longer where it was found. */
async function whereIs(handle: FileHandle, real: string): Promise<string | null> {
  // Linux tells; elsewhere the path is looked at again.
  const told = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);
  const opened = told ?? (await realpath(real));
  const [now, seen] = await Promise.all([lstat(opened).catch(() => null), handle.stat()]);
  return now !== null && now.ino === seen.ino && now.dev === seen.dev ? opened : null;
}

/** A byte more than is allowed at most: its size is not believed, because it may grow. */
async function beginning(handle: FileHandle): Promise<Uint8Array> {
  const bytes = new Uint8Array(LARGEST_BYTES + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

async function refusalOf(real: string, { roots, own }: FileRules): Promise<FileText | null> {
  if (!(await isBelow(real, roots)))
    return { kind: 'missing', why: 'a link leads out of the directories that may be read' };
  if (await isBelow(real, OF_THE_SYSTEM)) return NO_FILE;
  if (await isBelow(real, own))
    return { kind: 'missing', why: "it holds this program's own credentials or key" };
  return null;
}

/** Whether it is below one of the places, or one of them. */
async function isBelow(real: string, places: readonly string[]): Promise<boolean> {
  for (const place of places) {
    const base = await realpath(place).catch(() => null);
    if (base === null) continue;
    if (real === base || real.startsWith(base.endsWith(sep) ? base : `${base}${sep}`)) return true;
  }
  return false;
}

function unread(error: unknown): FileText {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return { kind: 'missing', why: 'it is no text in UTF-8' };
  if (code === 'ERR_INVALID_ARG_VALUE') return { kind: 'missing', why: 'no file has such a path' };
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', why: 'it does not exist' };
  if (code === 'ELOOP') return { kind: 'missing', why: 'its links lead nowhere' };
  if (code === 'ENXIO') return NO_FILE;
  return { kind: 'unreadable', why: `it cannot be read: ${code}` };
}
