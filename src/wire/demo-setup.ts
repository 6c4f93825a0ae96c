import { cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Action, Invocation } from '../cli/invocation.ts';
import type { Config } from '../config/config.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/desired-state', import.meta.url));
const DEMO_DIRECTORY = join('.trueup', 'demo');

type Demo = Extract<Action, { kind: 'demo' }>;

export function demoDirectory(command: Demo): string {
  return command.directory ?? DEMO_DIRECTORY;
}

/** A fresh copy of the examples to play with, and a daemon that is quicker than in production. */
export async function prepareDemo(command: Demo, invocation: Invocation): Promise<Invocation> {
  const directory = demoDirectory(command);
  const desired = join(directory, 'desired-state');
  await rm(desired, { recursive: true, force: true });
  for (const suffix of ['', '-lock', '-journal'])
    await rm(join(directory, `journal.db${suffix}`), { force: true });
  await mkdir(directory, { recursive: true });
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

/** Most of the small estate is to be seen changing; the demonstration says what it leaves out. */
export function withOpenGuards(config: Config): Config {
  const shares = { ...config.guards.shares, updates: { floor: config.maxChanges, share: 1 } };
  return { ...config, guards: { ...config.guards, shares } };
}
