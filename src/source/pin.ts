import { lstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DanglingLink, errnoOf, inWords, Unreachable } from './failures.ts';

export interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * Who swaps whole trees behind a link. Such a tree is complete before its link points to it, so it
 * can be read at once; anything else may be half-written and must be seen at rest.
 */
export type Publisher =
  | { readonly kind: 'git-sync'; readonly commit: string }
  | { readonly kind: 'configMap' };

/** Where the directory led at one moment. Reading below `root` cannot mix two revisions. */
export interface Pin {
  /** Real path of the tree, free of links. */
  readonly root: string;
  readonly publisher: Publisher | null;
  /** Equal for two pins only if every link and the tree's root are the same. */
  readonly identity: string;
  /** The links passed on the way, in order. */
  readonly links: readonly Link[];
  /** The real directory that holds `..data`; null if there is none or the path leads through it. */
  readonly mount: string | null;
}

const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
/** What Linux allows before it says ELOOP. */
const MAX_LINKS = 40;
const DATA = '..data';

function lstat(path: string, links: readonly Link[]) {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    const last = links.at(-1);
    if (errno === 'ENOENT' && last !== undefined)
      throw new DanglingLink(
        `the link ${last.path} points to ${last.target}, and ${path} does not exist`,
      );
    throw new Unreachable(`${path} cannot be reached: ${inWords(errno)}`);
  }
}

/** Walks a path as the kernel does, and keeps every link that it meets. */
function follow(path: string): { readonly root: string; readonly links: readonly Link[] } {
  const links: Link[] = [];
  const pending = path.split('/').reverse();
  let current = '/';
  while (pending.length > 0) {
    const part = pending.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      current = dirname(current);
      continue;
    }
    const next = join(current, part);
    if (!lstat(next, links).isSymbolicLink()) {
      current = next;
      continue;
    }
    if (links.length === MAX_LINKS)
      throw new Unreachable(`${path} cannot be reached: its links lead in a circle`);
    const target = readLink(next);
    links.push({ path: next, target });
    if (target.startsWith('/')) current = '/';
    pending.push(...target.split('/').reverse());
  }
  return { root: current, links };
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    throw new DanglingLink(`the link ${path} cannot be read: ${inWords(errno)}`);
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function publisherOf(links: readonly Link[]): Publisher | null {
  const commit = links.map((link) => basename(link.target)).find((name) => COMMIT.test(name));
  if (commit !== undefined) return { kind: 'git-sync', commit };
  return links.some((link) => basename(link.path) === DATA) ? { kind: 'configMap' } : null;
}

/**
 * Resolves the directory, link by link, and a ConfigMap mount to the tree behind its `..data`.
 * Throws Unreachable (DanglingLink where trying again soon may help) and says why.
 */
export function pinDirectory(directory: string): Pin {
  const outer = follow(resolve(directory));
  if (!lstat(outer.root, outer.links).isDirectory())
    throw new Unreachable(`${directory} is not a directory`);
  const data = join(outer.root, DATA);
  const mounted = isReachableLink(data);
  const inner = mounted ? follow(data) : { root: outer.root, links: [] };
  const links = [...outer.links, ...inner.links];
  const stat = lstat(inner.root, links);
  if (!stat.isDirectory()) throw new Unreachable(`${inner.root} is not a directory`);
  return {
    root: inner.root,
    publisher: publisherOf(links),
    identity: JSON.stringify([
      links.map((link) => [link.path, link.target]),
      inner.root,
      `${stat.dev}:${stat.ino}`,
    ]),
    links,
    mount: mounted ? outer.root : null,
  };
}

function isReachableLink(path: string): boolean {
  try {
    return isLink(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    throw new Unreachable(`${dirname(path)} cannot be read: ${inWords(errno)}`);
  }
}
