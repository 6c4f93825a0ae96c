import { fault, quote } from '../document/fault.ts';
import { textMember } from '../document/node.ts';
import { parseDocuments } from '../document/parse.ts';
import type { Problem } from '../domain/problem.ts';
import { combine, type DesiredOptions } from './combine.ts';
import type { Desired, FileReading } from './model.ts';
import { readFile } from './read-file.ts';

export interface DesiredFile {
  /** Relative to the directory, with `/`; `-` for standard input. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that is there and could not be read. */
export interface UnreadFile {
  readonly path: string;
  readonly why: string;
}

export type DesiredLoader = (
  files: readonly DesiredFile[],
  options: DesiredOptions,
  unread?: readonly UnreadFile[],
) => Desired;

/** All files → what they declare. Never throws, whatever the bytes are. */
export function loadDesired(files: readonly DesiredFile[], options: DesiredOptions): Desired {
  return createDesiredLoader()(files, options);
}

/**
 * A loader that remembers each file by its bytes, so that unchanged files are not parsed again.
 * Files that are no longer given are forgotten.
 */
export function createDesiredLoader(): DesiredLoader {
  let cache = new Map<string, { readonly bytes: Uint8Array; readonly reading: FileReading }>();
  return (files, options, unread = []) => {
    const fresh: typeof cache = new Map();
    const readings: FileReading[] = [];
    const { readable, problems } = withoutKustomizations(files, unread);
    for (const { path, bytes } of readable) {
      const known = cache.get(path);
      const same = known !== undefined && sameBytes(known.bytes, bytes);
      const reading = same ? known.reading : readFile({ path, bytes });
      fresh.set(path, { bytes, reading });
      readings.push(reading);
    }
    cache = fresh;
    return combine({ readings, unread: problems, files: files.length, options });
  };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left === right || (left.length === right.length && Buffer.compare(left, right) === 0);
}

const KUSTOMIZATION = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;
/** The program's own configuration, where the directory is the one that holds it. */
const OWN_CONFIG = 'trueup.yaml';

/** Whether the name alone makes its directory a kustomization, readable or not. */
export function isKustomization(path: string): boolean {
  return KUSTOMIZATION.test(path);
}

/** Files below a kustomization are parts of something else and are not read at all. */
function withoutKustomizations(
  files: readonly DesiredFile[],
  unread: readonly UnreadFile[],
): { readonly readable: readonly DesiredFile[]; readonly problems: readonly Problem[] } {
  const roots = [
    ...files.map(({ path }) => ({ path, why: null })),
    // What it would put together cannot be told; that it puts something together can.
    ...unread,
  ].filter(({ path }) => isKustomization(path));
  const prefixes = roots.map(({ path }) => directoryOf(path));
  const readable = files.filter(
    (file) => !isOwnConfig(file) && !prefixes.some((prefix) => file.path.startsWith(prefix)),
  );
  return { readable, problems: roots.map(({ path, why }) => kustomizationProblem(path, why)) };
}

/** What has an apiVersion is a document that was put there, and must not vanish in silence. */
function isOwnConfig({ path, bytes }: DesiredFile): boolean {
  if (path !== OWN_CONFIG) return false;
  const { documents, broken } = parseDocuments({ file: path, bytes });
  const read = [...documents, ...broken.flatMap(({ document }) => document ?? [])];
  return read.every(({ root }) => textMember(root, 'apiVersion') === null);
}

function kustomizationProblem(path: string, why: string | null): Problem {
  const directory = directoryOf(path);
  const at = { file: path, line: 1, column: 1 };
  const unread = why === null ? '' : `; ${path.slice(directory.length)} itself: ${why}`;
  const message = `the directory ${quote(directory || './')} is a kustomization; none of its files is read${unread}`;
  // Which directory was given is not known here, and must not make two plans differ.
  const next = `render it first: kustomize build DIR/${directory} | trueup plan - (DIR is the directory that trueup was given)`;
  return fault('document/kustomization', at, message, { next });
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
