import { createHash } from 'node:crypto';
import type { Snapshot } from '../reconciler/ports/source.ts';
import type { Contents } from './contents.ts';
import type { Publisher } from './pin.ts';

/**
 * Covers each path with its bytes, and each file that could not be read with the reason's code:
 * lengths stand before the parts, so that no two snapshots run into the same text.
 */
function digestOf(contents: Contents): string {
  const hash = createHash('sha256');
  for (const file of contents.files) {
    hash.update(`${Buffer.byteLength(file.path)}:${file.path}${file.bytes.length}:`);
    hash.update(file.bytes);
  }
  for (const file of contents.unreadable)
    hash.update(`!${Buffer.byteLength(file.path)}:${file.path}${file.code}`);
  return hash.digest('hex');
}

export function snapshotOf(contents: Contents, publisher: Publisher | null): Snapshot {
  const digest = digestOf(contents);
  return {
    revision: publisher?.kind === 'git-sync' ? publisher.commit : `sha256:${digest.slice(0, 12)}`,
    digest: `sha256:${digest}`,
    files: contents.files,
    unreadable: contents.unreadable,
  };
}
