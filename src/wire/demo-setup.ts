import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Action, Invocation } from '../cli/invocation.ts';
import type { Config } from '../config/config.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import { lockForWriting } from '../journal/lock.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/desired-state', import.meta.url));
const DEMO_DIRECTORY = join('.trueup', 'demo');
/** Stands in a directory that holds nothing but what a demonstration put there. */
const MARK = 'made-by-trueup-demo';

type Demo = Extract<Action, { kind: 'demo' }>;

export function demoDirectory(command: Demo): string {
  return command.directory ?? DEMO_DIRECTORY;
}

/** A fresh copy of the examples to play with, and a daemon that is quicker than in production. */
export async function prepareDemo(command: Demo, invocation: Invocation): Promise<Invocation> {
  const directory = demoDirectory(command);
  const desired = join(directory, 'desired-state');
  await refuseForeign(directory);
  refuseRunning(directory);
  await mkdir(directory, { recursive: true });
  // First of all: a demonstration that ended here must be able to begin anew.
  await writeFile(
    join(directory, MARK),
    'trueup demo removes and makes anew what is beside this file.\n',
  );
  await rm(desired, { recursive: true, force: true });
  for (const suffix of ['', '-lock', '-journal'])
    await rm(join(directory, `journal.db${suffix}`), { force: true });
  await cp(EXAMPLES, desired, { recursive: true });
  const quick = {
    interval: '30s',
    pollInterval: '500ms',
    settle: '300ms',
    logFormat: 'text',
    writesPerSecond: '2',
  };
  const journal = resolve(directory, 'journal.db');
  return {
    ...invocation,
    local: invocation.local ?? '',
    flags: { ...quick, journal, ...invocation.flags },
  };
}

/** What is there is removed, so it must be the demonstration's own: a new or empty directory, or one it made. */
async function refuseForeign(directory: string): Promise<void> {
  // An older version left no mark there.
  if (resolve(directory) === resolve(DEMO_DIRECTORY)) return;
  const found = await entriesOf(directory);
  if (found.length === 0 || found.includes(MARK)) return;
  const message = `the demonstration would remove what is in --directory ${directory}, which it did not make`;
  const next =
    'name a directory that does not exist yet, or leave --directory out; nothing was removed';
  throw new TrueupError('cli/bad-argument', message, { next });
}

/** Its journal and documents would go from under it, and both would seem to work on one estate. */
function refuseRunning(directory: string): void {
  const path = join(directory, 'journal.db-lock');
  if (!existsSync(path)) return;
  const lock = lockForWriting(path);
  if (lock !== null) {
    lock.release();
    return;
  }
  throw new TrueupError('cli/bad-argument', `a demonstration runs in ${directory} already`, {
    next: 'end it (Ctrl-C), or start this one elsewhere with --directory; nothing was removed',
  });
}

async function entriesOf(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return [];
    if (code !== 'ENOTDIR') throw error;
    throw new TrueupError('cli/bad-argument', `--directory ${directory} is a file`, {
      next: 'name a directory that does not exist yet, or leave --directory out',
    });
  }
}

/** Most of the small estate is to be seen changing; the demonstration says what it leaves out. */
export function withOpenGuards(config: Config): Config {
  const shares = { ...config.guards.shares, updates: { floor: config.maxChanges, share: 1 } };
  return { ...config, guards: { ...config.guards, shares } };
}
