import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EMPTY_ENTRY } from '../../src/domain/entry.ts';
import { asProductKey } from '../../src/domain/ids.ts';
import type { PersonRequest } from '../../src/reconciler/ports/journal.ts';
import { failureOf, NETWORK, opened, PROD, scratch } from './fixtures.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

interface Running {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  next(): Promise<string>;
}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { process: child, lines, next: async () => String((await lines.next()).value) };
}

const start = (...args: readonly string[]) => run(process.execPath, [CHILD, ...args]);

async function killed(child: Running): Promise<void> {
  const ended = once(child.process, 'exit');
  child.process.kill('SIGKILL');
  await ended;
}

const subjectOf = (request: PersonRequest) => ('key' in request ? request.key : '');

describe('the right to write', () => {
  it('belongs to one process, which is named to the others', async () => {
    const { path } = scratch();
    const holder = start('hold', path);
    expect(await holder.next()).toBe('open');
    const failure = await failureOf(opened(path));
    expect(failure.code).toBe('journal/locked');
    expect(failure.message).toMatch(
      new RegExp(`in use by process ${holder.process.pid} on child since 2026-11-21T14:02:11.000Z`),
    );
    const reader = await opened(path, 'read');
    expect(await reader.get(PROD, NETWORK)).toEqual({ value: EMPTY_ENTRY, version: 0 });
  });

  it('is one for one file, also by the name of a link to it', async () => {
    const { path, directory } = scratch();
    const link = join(directory, 'journal.db');
    symlinkSync(path, link);
    const journal = await opened(link);
    expect(journal.path).toBe(path);
    expect((await failureOf(opened(path))).code).toBe('journal/locked');
    await journal.close();
    await opened(path);
    expect((await failureOf(opened(link))).code).toBe('journal/locked');
  });

  it('is not taken twice within one process either', async () => {
    const { path } = scratch();
    const journal = await opened(path);
    expect((await failureOf(opened(path))).code).toBe('journal/locked');
    await journal.close();
    expect((await opened(path)).readOnly).toBeNull();
  });

  it('is free as soon as its holder was killed', async () => {
    const { path } = scratch();
    const holder = start('hold', path);
    await holder.next();
    await killed(holder);
    const journal = await opened(path);
    expect(await journal.put(PROD, NETWORK, EMPTY_ENTRY, 0)).toBe(1);
    expect((await journal.writer())?.host).toBe('trueup-0');
  });

  it('goes to exactly one of those that start in the same moment', async () => {
    const { path } = scratch();
    const contenders = Array.from({ length: 4 }, () => start('hold', path));
    const said = await Promise.all(contenders.map((contender) => contender.next()));
    expect(said.map((line) => line.split(' ')[0]).sort()).toEqual([
      'journal/locked',
      'journal/locked',
      'journal/locked',
      'open',
    ]);
  });
});

describe('a process that is killed while it writes', () => {
  it('loses nothing that it was told is stored, and leaves nothing half done', async () => {
    const { path } = scratch();
    for (let round = 1; round <= 4; round += 1) {
      const child = start('fill', path);
      let told = 0;
      for (let line = 0; line < 3 * round; line += 1)
        told = Number((await child.next()).replace('stored ', ''));
      await killed(child);
      const reader = await opened(path, 'read');
      const { value, version } = await reader.get(PROD, asProductKey('name:filled'));
      expect(version).toBeGreaterThanOrEqual(told);
      expect(value.retryHandled).toHaveLength(20_000);
      await reader.close();
    }
  });
});

describe('people who ask at the same time', () => {
  it('are all heard, once, beside a writer that goes on writing', async () => {
    const { path } = scratch();
    const writer = await opened(path);
    const people = Array.from({ length: 3 }, () => start('ask', path, '15'));
    let asking = people.length;
    const said: string[] = [];
    for (const person of people)
      void person.next().then((line) => {
        said.push(line);
        asking -= 1;
      });
    const heard: string[] = [];
    let version = 0;
    while (asking > 0) {
      version = await writer.put(PROD, NETWORK, EMPTY_ENTRY, version);
      heard.push(...(await writer.takeRequests()).map(subjectOf));
      // Between two writes of the daemon lies at least a call to AWS.
      await pause(5);
    }
    heard.push(...(await writer.takeRequests()).map(subjectOf));
    expect(said).toEqual(['asked', 'asked', 'asked']);
    expect(heard).toHaveLength(45);
    expect(new Set(heard).size).toBe(45);
    expect(writer.readOnly).toBeNull();
  });
});

describe('a disk that is full', () => {
  it('rejects the write, keeps what is stored, and closes the journal until there is room', async () => {
    const { path } = scratch();
    await (await opened(path)).close();
    // No file of that process may grow over 512 blocks, as on a disk with no room left.
    const command = 'ulimit -f 512; exec "$0" "$@"';
    const child = run('bash', ['-c', command, process.execPath, CHILD, 'limit', path]);
    const said = JSON.parse(await child.next());
    expect(said).toMatchObject({ code: 'journal/unwritable', found: said.stored });
    expect(said.readOnly).not.toBeNull();
    expect(said.reopened).not.toBeNull();
    expect(said.stored).toBeGreaterThan(5);
    const journal = await opened(path);
    expect((await journal.list(PROD)).size).toBe(said.stored);
    expect(await journal.put(PROD, NETWORK, EMPTY_ENTRY, 0)).toBe(1);
  });
});
