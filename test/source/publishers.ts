/**
 * What git-sync and the kubelet do to a directory, step by step, also as a program of its own that
 * publishes as fast as it can while a test reads: node publishers.ts KIND ROOT COUNT FILES.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

export interface Publisher {
  /** The path to read. */
  readonly directory: string;
  /** Publishes revision `n` and removes the tree before it; returns the tree's name. */
  publish(n: number): string;
}

export const commitOf = (n: number): string =>
  createHash('sha1').update(`commit ${n}`).digest('hex');

/** Every file of revision n says so: a mixed snapshot gives itself away. */
function writeTree(tree: string, n: number, files: number): void {
  for (let index = 0; index < files; index += 1) {
    const directory = join(tree, `part-${index % 5}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${index}.yaml`), `revision: ${n}\n`);
  }
}

/** git-sync 4: worktrees beside a relative link, which is renamed into place. */
export function gitSync(root: string, files: number): Publisher {
  const link = join(root, 'link');
  let before: string | null = null;
  return {
    directory: link,
    publish(n) {
      const tree = join(root, '.worktrees', commitOf(n));
      mkdirSync(tree, { recursive: true });
      writeFileSync(join(tree, '.git'), 'gitdir: elsewhere\n');
      writeTree(tree, n, files);
      symlinkSync(join('.worktrees', commitOf(n)), join(root, 'tmp-link'));
      renameSync(join(root, 'tmp-link'), link);
      if (before !== null && before !== tree) rmSync(before, { recursive: true, force: true });
      before = tree;
      return commitOf(n);
    },
  };
}

/** The kubelet's AtomicWriter: visible links into ..data, which is renamed into place. */
export function configMap(root: string, files: number): Publisher {
  let before: string | null = null;
  return {
    directory: root,
    publish(n) {
      const name = `..2026_11_21_14_02_11.${n}`;
      const tree = join(root, name);
      mkdirSync(tree);
      for (let index = 0; index < files; index += 1)
        writeFileSync(join(tree, `${index}.yaml`), `revision: ${n}\n`);
      if (before === null)
        for (let index = 0; index < files; index += 1)
          symlinkSync(join('..data', `${index}.yaml`), join(root, `${index}.yaml`));
      symlinkSync(name, join(root, '..data_tmp'));
      renameSync(join(root, '..data_tmp'), join(root, '..data'));
      if (before !== null) rmSync(before, { recursive: true });
      before = tree;
      return name;
    },
  };
}

async function main(kind: string, root: string, count: number, files: number): Promise<void> {
  const publisher = kind === 'git-sync' ? gitSync(root, files) : configMap(root, files);
  for (let n = 0; n < count; n += 1) {
    publisher.publish(n);
    // The reader is told of the first revision, and a rest now and then lets it finish one.
    if (n === 0) console.log('first');
    if (n % 3 === 0) await pause(2);
  }
}

if (import.meta.main) await main(argv[2] ?? '', argv[3] ?? '', Number(argv[4]), Number(argv[5]));
