import { cpSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as macrotask, setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Clock } from '../../src/reconciler/ports/runtime.ts';
import { ContentCache } from '../../src/source/contents.ts';
import { createSource } from '../../src/source/source.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { commitOf, gitSync } from './publishers.ts';
import { fill, scratch, snapshotIn, sourceOf, textsOf, whyIn } from './scratch.ts';

/** Files look newer than now, for ever; each sleep runs the next action and takes no time. */
function freshClock(actions: (() => void)[]): Clock & { readonly sleeps: number[] } {
  let elapsed = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => Date.now() - 86_400_000,
    monotonic: () => elapsed,
    async sleep(ms) {
      sleeps.push(ms);
      elapsed += ms;
      actions.shift()?.();
    },
  };
}

describe('a plain directory', () => {
  it('is read at once if nothing was written for the settle time', async () => {
    const { clock, read } = sourceOf(fill(scratch(), { 'a.yaml': 'a' }));
    expect(textsOf(snapshotIn(await read()))).toEqual({ 'a.yaml': 'a' });
    expect(clock.sleeps).toEqual([]);
  });

  it('is left to rest if a file was just written, whatever its modification time says', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    utimesSync(join(directory, 'a.yaml'), 1, 1);
    const clock = new VirtualClock(Date.now());
    const source = createSource({ directory, clock, settleMs: 50_000 });
    const result = await clock.untilRead(source.read());
    expect(textsOf(snapshotIn(result))).toEqual({ 'a.yaml': 'a' });
    expect(clock.sleeps).toHaveLength(1);
    expect(clock.sleeps[0]).toBeGreaterThan(45_000);
  });

  it('is left to rest if a file was just removed', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a', 'b.yaml': 'b' });
    // Change times cannot be forged: the files must really grow older than the settle time.
    await pause(60);
    unlinkSync(join(directory, 'b.yaml'));
    const clock = new VirtualClock(Date.now());
    const source = createSource({ directory, clock, settleMs: 50 });
    snapshotIn(await clock.untilRead(source.read()));
    expect(clock.sleeps).toHaveLength(1);
  });

  it('is read again after every change, until two reads are equal', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'half' });
    const clock = freshClock([
      () => fill(directory, { 'a.yaml': 'half and a bit' }),
      () => fill(directory, { 'b.yaml': 'new' }),
      () => fill(directory, { 'a.yaml': 'whole', 'b.yaml': 'new' }),
    ]);
    const source = createSource({ directory, clock, settleMs: 50_000 });
    expect(textsOf(snapshotIn(await source.read()))).toEqual({
      'a.yaml': 'whole',
      'b.yaml': 'new',
    });
    expect(clock.sleeps).toHaveLength(4);
  });

  it('is given up, for now, if it never rests', async () => {
    const directory = fill(scratch(), { 'a.yaml': '0' });
    let n = 0;
    const write = () => fill(directory, { 'a.yaml': String(++n).padStart(n, '0') });
    const clock = freshClock(Array.from({ length: 100 }, () => write));
    const source = createSource({ directory, clock, settleMs: 1_000 });
    expect(whyIn(await source.read())).toMatch(/kept changing while it was read/);
    expect(clock.sleeps).toHaveLength(10);
  });

  it('does not wait for ever for a file from the future', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const clock = freshClock([]);
    const source = createSource({ directory, clock, settleMs: 1_000 });
    expect(textsOf(snapshotIn(await source.read()))).toEqual({ 'a.yaml': 'a' });
    expect(clock.sleeps).toEqual([1_000]);
  });
});

/** A read that has been under way for so many turns of the event loop. */
async function readingFor(turns: number, directory: string) {
  const { source, clock } = sourceOf(directory);
  const reading = source.read();
  for (let turn = 0; turn < turns; turn += 1) await macrotask();
  return { reading, clock };
}

describe('a published tree', () => {
  const FILES = 600;

  it('is thrown away if the link was pointed elsewhere meanwhile', async () => {
    const publisher = gitSync(scratch(), FILES);
    publisher.publish(1);
    const { reading, clock } = await readingFor(2, publisher.directory);
    publisher.publish(2);
    const snapshot = snapshotIn(await clock.untilRead(reading));
    expect(clock.sleeps.length).toBeGreaterThan(0);
    expect(snapshot.revision).toBe(commitOf(2));
    expect(new Set(Object.values(textsOf(snapshot)))).toEqual(new Set(['revision: 2\n']));
    expect(snapshot.files).toHaveLength(FILES);
  });

  it('is thrown away even if the old tree still stands', async () => {
    const root = scratch();
    const publisher = gitSync(root, FILES);
    const old = join(root, '.worktrees', publisher.publish(1));
    const { reading, clock } = await readingFor(1, publisher.directory);
    cpSync(old, `${old}.kept`, { recursive: true });
    publisher.publish(2);
    renameSync(`${old}.kept`, old);
    expect(snapshotIn(await clock.untilRead(reading)).revision).toBe(commitOf(2));
  });

  it('is thrown away if a file is added in place while it is read', async () => {
    const publisher = gitSync(scratch(), FILES);
    publisher.publish(1);
    const { reading, clock } = await readingFor(3, publisher.directory);
    fill(publisher.directory, { 'part-0/added.yaml': 'revision: 1\n' });
    expect(snapshotIn(await clock.untilRead(reading)).files).toHaveLength(FILES + 1);
  });

  it('is thrown away if files vanish from it while it is read', async () => {
    const root = scratch();
    const publisher = gitSync(root, FILES);
    const tree = join(root, '.worktrees', publisher.publish(1));
    const { reading, clock } = await readingFor(2, publisher.directory);
    // The link still stands and the tree's root too: only the listing is short.
    rmSync(join(tree, 'part-4'), { recursive: true });
    const snapshot = snapshotIn(await clock.untilRead(reading));
    expect(clock.sleeps.length).toBeGreaterThan(0);
    expect(snapshot.files).toHaveLength((FILES / 5) * 4);
  });

  it('is never half of one commit after a crash between two trees', async () => {
    const root = scratch();
    const publisher = gitSync(root, 10);
    const tree = join(root, '.worktrees', publisher.publish(1));
    const { read } = sourceOf(publisher.directory);
    const before = snapshotIn(await read());
    rmSync(tree, { recursive: true });
    expect(whyIn(await read())).toMatch(/does not exist/);
    publisher.publish(1);
    expect(snapshotIn(await read()).digest).toBe(before.digest);
  });
});

describe('what is not read again', () => {
  it('stays the same object while its bytes are the same', async () => {
    const publisher = gitSync(scratch(), 3);
    publisher.publish(1);
    const { read } = sourceOf(publisher.directory);
    const first = snapshotIn(await read());
    const again = snapshotIn(await read());
    expect(again.files.every((file, index) => file === first.files[index])).toBe(true);

    publisher.publish(1_000);
    const next = snapshotIn(await read());
    expect(next.files.some((file, index) => file === first.files[index])).toBe(false);
  });

  it('keeps the object over a flip if the bytes did not change', async () => {
    const root = scratch();
    const publisher = gitSync(root, 2);
    publisher.publish(1);
    const { read } = sourceOf(publisher.directory);
    const first = snapshotIn(await read());
    const tree = join(root, '.worktrees', commitOf(2));
    fill(tree, { 'part-0/0.yaml': 'revision: 1\n', 'part-1/1.yaml': 'revision: 2\n' });
    unlinkSync(publisher.directory);
    symlinkSync(`.worktrees/${commitOf(2)}`, publisher.directory);
    const next = snapshotIn(await read());
    expect(next.files[0]).toBe(first.files[0]);
    expect(next.files[1]).not.toBe(first.files[1]);
  });

  it('is read again now and then, whatever its time stamps say', async () => {
    const distrust = vi.spyOn(ContentCache.prototype, 'distrust');
    onTestFinished(() => distrust.mockRestore());
    const { clock, read } = sourceOf(fill(scratch(), { 'a.yaml': 'a' }));
    await read();
    distrust.mockClear();
    await clock.pass(14 * 60_000);
    await read();
    expect(distrust).toHaveBeenCalledTimes(0);
    await clock.pass(60_000);
    await read();
    await read();
    expect(distrust).toHaveBeenCalledTimes(1);
  });

  it('notices a file that was replaced by one of the same size and time', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'one' });
    utimesSync(join(directory, 'a.yaml'), 1, 1);
    const { read } = sourceOf(directory);
    await read();
    fill(directory, { '.new': 'two' });
    utimesSync(join(directory, '.new'), 1, 1);
    renameSync(join(directory, '.new'), join(directory, 'a.yaml'));
    expect(textsOf(snapshotIn(await read()))).toEqual({ 'a.yaml': 'two' });
  });
});

describe('two reads at once', () => {
  it('wait for each other', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const clock = new VirtualClock(Date.now());
    const source = createSource({ directory, clock, settleMs: 50_000 });
    const both = Promise.all([source.read(), source.read()]);
    await clock.pass(0);
    expect(clock.sleeps).toHaveLength(1);
    const [first, second] = await clock.untilRead(both);
    expect(snapshotIn(second).files).toEqual(snapshotIn(first).files);
  });
});
