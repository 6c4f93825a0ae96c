/** What was read does not belong together any more: throw it away and read again. */
export class Moved extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'Moved';
  }
}

/** The directory as a whole cannot be read. The message is what people are told. */
export class Unavailable extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'Unavailable';
  }
}

/** The way to the directory leads nowhere: looking again finds the same until something changes. */
export class Unreachable extends Unavailable {
  constructor(why: string) {
    super(why);
    this.name = 'Unreachable';
  }
}

/** A link that leads nowhere, perhaps only between a flip and the removal of the old tree. */
export class DanglingLink extends Unreachable {
  constructor(why: string) {
    super(why);
    this.name = 'DanglingLink';
  }
}

/** The `code` of a file system error; null for anything else, which is a fault of the program. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' && 'syscall' in error ? error.code : null;
}

/** These say that something was renamed, removed or replaced between two looks at it. */
export function isMoved(errno: string | null): boolean {
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ESTALE' || errno === 'ELOOP';
}

/** This process has run out of something: it says nothing about the file at hand. */
export function isExhausted(errno: string | null): boolean {
  return errno === 'EMFILE' || errno === 'ENFILE' || errno === 'ENOMEM';
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'a part of its path is not a directory'],
  ['EISDIR', 'it is a directory'],
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'the file system is read-only'],
  ['ELOOP', 'its links lead in a circle'],
  ['EIO', 'the disk reports an input/output error'],
  ['EMFILE', 'too many files are open in this process'],
  ['ENFILE', 'too many files are open on this machine'],
  ['ENAMETOOLONG', 'its path is too long'],
]);

/** A file system error in plain words. */
export function inWords(errno: string | null): string {
  return errno === null ? 'unknown error' : (WORDS.get(errno) ?? `error ${errno}`);
}
