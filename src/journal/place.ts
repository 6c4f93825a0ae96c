import { readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** As many links in a row as Linux follows. */
const MOST_LINKS = 40;

/**
 * The file itself where the path is a link to it, also to one that is yet to be made: its lock and
 * its key lie beside it, so by whatever name it is opened there is one of each.
 */
export function journalFile(path: string): string {
  let file = path;
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const next = linkOf(file);
    if (next === null) return file;
    file = resolve(dirname(file), next);
  }
  return file;
}

/** null: it is no link. Whatever else is wrong with it is told when it is opened. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
