import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { plain } from '../../src/cli/invocation.ts';
import { lockForWriting } from '../../src/journal/lock.ts';
import { prepareDemo } from '../../src/wire/demo-setup.ts';

let work = '';
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'trueup-demo-'));
  vi.spyOn(process, 'cwd').mockReturnValue(work);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(work, { recursive: true, force: true });
});

const path = (name: string) => join(work, name);

const prepare = (name: string) => {
  const command = { kind: 'demo', exitWhenConverged: true, directory: path(name) } as const;
  return prepareDemo(command, plain(command));
};

async function put(name: string): Promise<void> {
  await mkdir(join(path(name), '..'), { recursive: true });
  await writeFile(path(name), 'mine');
}

describe('a directory of which the demonstration did not make all', () => {
  it.each([
    ['.', 'desired-state/mine.yaml'],
    ['.trueup', '.trueup/journal.db'],
    ['.trueup', '.trueup/journal.db-lock'],
    ['some', 'some/notes.txt'],
  ])('%s with %s is refused, and stays as it is', async (directory, mine) => {
    await put(mine);
    const before = await readdir(work, { recursive: true });
    await expect(prepare(directory)).rejects.toMatchObject({
      code: 'cli/bad-argument',
      message: expect.stringContaining('--directory'),
      next: expect.stringContaining('does not exist yet'),
    });
    expect(await readdir(work, { recursive: true })).toEqual(before);
    expect(await readFile(path(mine), 'utf8')).toBe('mine');
  });

  it('a file is no directory', async () => {
    await put('some');
    await expect(prepare('some')).rejects.toMatchObject({ code: 'cli/bad-argument' });
  });
});

describe('a directory of its own', () => {
  it.each(['new/below', 'empty'])('%s is filled, and filled anew the next time', async (name) => {
    await mkdir(path('empty'));
    await prepare(name);
    const made = await readdir(path(name), { recursive: true });
    expect(made.filter((one) => one.endsWith('.yaml'))).not.toEqual([]);
    await put(`${name}/desired-state/edited.yaml`);
    await put(`${name}/journal.db`);
    await prepare(name);
    expect(await readdir(path(name), { recursive: true })).toEqual(made);
  });

  it('is the usual one, also where an older version made it, which left no mark', async () => {
    await put('.trueup/demo/desired-state/old.yaml');
    await put('.trueup/demo/journal.db');
    await prepare('.trueup/demo');
    const made = await readdir(path('.trueup/demo'), { recursive: true });
    expect(made).not.toContain('journal.db');
    expect(made).not.toContain('desired-state/old.yaml');
  });

  it('is not taken from under a demonstration that runs in it', async () => {
    await prepare('used');
    const lock = lockForWriting(path('used/journal.db-lock'));
    await put('used/desired-state/edited.yaml');
    await expect(prepare('used')).rejects.toMatchObject({
      code: 'cli/bad-argument',
      message: expect.stringContaining('runs in'),
      next: expect.stringContaining('--directory'),
    });
    expect(await readFile(path('used/desired-state/edited.yaml'), 'utf8')).toBe('mine');
    lock?.release();
    await prepare('used');
    expect(await readdir(path('used/desired-state'))).not.toContain('edited.yaml');
  });
});
