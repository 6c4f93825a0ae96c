import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/server/clock.ts';
import { createSource } from '../../src/source/source.ts';
import { nativeWatchers, type WatchEvents, type Watchers } from '../../src/source/watchers.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { configMap, gitSync } from './publishers.ts';
import { fill, laterClock, scratch, snapshotIn } from './scratch.ts';

interface Armed {
  readonly kind: 'entry' | 'tree';
  readonly path: string;
  readonly events: WatchEvents;
  open: boolean;
}

/** Watchers that report nothing unless the test does: what is left is the poll. */
function silentWatchers(): Watchers & { readonly armed: Armed[] } {
  const armed: Armed[] = [];
  const arm = (kind: Armed['kind']) => (path: string, events: WatchEvents) => {
    const entry: Armed = { kind, path, events, open: true };
    armed.push(entry);
    return {
      close: async () => {
        entry.open = false;
      },
    };
  };
  return { armed, entry: arm('entry'), tree: arm('tree') };
}

async function watching(directory: string, clock: VirtualClock = laterClock()) {
  const watchers = silentWatchers();
  const lost: string[] = [];
  const source = createSource({
    directory,
    clock,
    pollIntervalMs: 100,
    watchers,
    onDegraded: (why) => lost.push(why),
  });
  let hints = 0;
  const read = () => clock.untilRead(source.read());
  await read();
  const watch = await source.watch(() => {
    hints += 1;
  });
  onTestFinished(() => watch.close());
  const take = () => {
    const count = hints;
    hints = 0;
    return count;
  };
  return {
    clock,
    read,
    watch,
    watchers,
    lost,
    take,
    open: () => watchers.armed.filter((a) => a.open),
  };
}

describe('the poll', () => {
  it('says nothing while nothing changes', async () => {
    const { clock, take } = await watching(fill(scratch(), { 'a.yaml': 'a' }));
    await clock.pass(5_000);
    expect(take()).toBe(0);
  });

  const changes: readonly (readonly [string, (directory: string) => void])[] = [
    ['a changed file', (d) => fill(d, { 'sub/a.yaml': 'A' })],
    ['a new file', (d) => fill(d, { 'sub/new.yaml': 'n' })],
    ['a removed file', (d) => unlinkSync(join(d, 'sub/a.yaml'))],
    ['a renamed file', (d) => renameSync(join(d, 'sub/a.yaml'), join(d, 'sub/c.yaml'))],
    ['a new directory', (d) => fill(d, { 'new/x.yaml': 'x' })],
    ['a new link', (d) => symlinkSync('nowhere', join(d, 'x.yaml'))],
    ['a removed directory', (d) => rmSync(d, { recursive: true })],
  ];
  it.each(changes)('notices %s, until it is read', async (_, change) => {
    const directory = fill(scratch(), { 'sub/a.yaml': 'a', 'b.yaml': 'b' });
    const { clock, take, read } = await watching(directory);
    change(directory);
    await clock.pass(100);
    expect(take()).toBe(1);
    await clock.pass(300);
    expect(take()).toBe(3);
    await read();
    await clock.pass(1_000);
    expect(take()).toBe(0);
  });

  it.each([
    ['a git-sync link', gitSync],
    ['a ConfigMap mount', configMap],
  ])('notices a flip of %s, until it is read', async (_, publish) => {
    const publisher = publish(scratch(), 3);
    publisher.publish(1);
    const { clock, take, read } = await watching(publisher.directory);
    publisher.publish(2);
    await clock.pass(200);
    expect(take()).toBe(2);
    await read();
    await clock.pass(1_000);
    expect(take()).toBe(0);
  });

  it('notices in time that a published tree was changed in place', async () => {
    const publisher = gitSync(scratch(), 3);
    publisher.publish(1);
    const { clock, take } = await watching(publisher.directory);
    fill(publisher.directory, { 'part-0/0.yaml': 'reset' });
    await clock.pass(61_000);
    expect(take()).toBeGreaterThan(0);
  });

  it('waits for a missing directory, and says so once it is there', async () => {
    const directory = join(scratch(), 'estate');
    const { clock, take, read } = await watching(directory);
    await clock.pass(1_000);
    expect(take()).toBe(0);
    mkdirSync(directory);
    await clock.pass(100);
    expect(take()).toBe(1);
    await read();
    await clock.pass(1_000);
    expect(take()).toBe(0);
    fill(directory, { 'a.yaml': 'a' });
    await clock.pass(100);
    expect(take()).toBe(1);
  });

  it('asks for a first read if there was none', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const source = createSource({
      directory,
      clock: new VirtualClock(),
      watchers: silentWatchers(),
    });
    let hints = 0;
    const watch = await source.watch(() => {
      hints += 1;
    });
    expect(hints).toBe(1);
    await watch.close();
  });
});

describe('watchers', () => {
  it('stand where flips show, and on a plain tree', async () => {
    const root = scratch();
    const publisher = gitSync(root, 3);
    publisher.publish(1);
    const below = await watching(join(publisher.directory, 'part-0'));
    expect(below.open().map(({ kind, path }) => [kind, path])).toEqual([
      ['entry', publisher.directory],
    ]);

    const plain = fill(scratch(), { 'a.yaml': 'a' });
    symlinkSync(plain, join(root, 'plain'));
    const linked = await watching(join(root, 'plain'));
    expect(linked.open().map(({ kind, path }) => [kind, path])).toEqual([
      ['entry', join(root, 'plain')],
      ['tree', plain],
    ]);
  });

  it('hint soon, once for a burst', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const { clock, take, open } = await watching(directory);
    await clock.pass(10);
    fill(directory, { 'a.yaml': 'A' });
    for (let n = 0; n < 5; n += 1) open()[0]?.events.onEvent();
    await clock.pass(25);
    expect(take()).toBe(1);
  });

  it('are not missed while the directory is looked at', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const clock = new VirtualClock();
    const watchers = silentWatchers();
    const source = createSource({ directory, clock, watchers, pollIntervalMs: 60_000 });
    let hints = 0;
    const watch = await source.watch(() => {
      hints += 1;
      if (hints === 1) watchers.armed[0]?.events.onEvent();
    });
    await clock.pass(50);
    await watch.close();
    expect(hints).toBe(2);
  });

  it('do not hint where nothing changed', async () => {
    const { clock, take, open } = await watching(fill(scratch(), { 'a.yaml': 'a' }));
    open()[0]?.events.onEvent();
    await clock.pass(50);
    expect(take()).toBe(0);
  });

  it('are set again when the directory was replaced by another of the same name', async () => {
    const directory = fill(join(scratch(), 'estate'), { 'a.yaml': 'a' });
    const { clock, watchers, open } = await watching(directory);
    renameSync(directory, `${directory}.old`);
    fill(directory, { 'a.yaml': 'a' });
    await clock.pass(100);
    expect(watchers.armed).toHaveLength(2);
    expect(open()).toHaveLength(1);
    expect(open()[0]).toBe(watchers.armed[1]);
  });

  it('may fail: it is told once, and the poll goes on', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const { clock, take, open, lost } = await watching(directory);
    open()[0]?.events.onLost('no space left for watches');
    open()[0]?.events.onLost('no space left for watches');
    expect(lost).toEqual(['no space left for watches']);
    fill(directory, { 'a.yaml': 'A' });
    await clock.pass(100);
    expect(take()).toBe(1);
  });

  it('are closed, and nothing is heard after that', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    const { clock, take, open, watch } = await watching(directory);
    await watch.close();
    expect(open()).toEqual([]);
    fill(directory, { 'a.yaml': 'A' });
    await clock.pass(5_000);
    expect(take()).toBe(0);
  });
});

/** With the operating system's own events: the poll is an hour away. */
describe('native watchers', () => {
  async function hinted(directory: string, change: () => void): Promise<void> {
    const source = createSource({
      directory,
      clock: systemClock,
      settleMs: 10,
      pollIntervalMs: 3_600_000,
    });
    snapshotIn(await source.read());
    const told = Promise.withResolvers<void>();
    const watch = await source.watch(() => told.resolve());
    try {
      // Watchers need a moment until they hear: the change is made again until one does.
      const again = setInterval(change, 50);
      change();
      await told.promise;
      clearInterval(again);
    } finally {
      await watch.close();
    }
  }

  it.each([
    ['a git-sync link', gitSync],
    ['a ConfigMap mount', configMap],
  ])('hint at a flip of %s', async (_, publish) => {
    const publisher = publish(scratch(), 3);
    let n = 1;
    publisher.publish(n);
    await hinted(publisher.directory, () => void publisher.publish(++n));
  });

  it('hear of one entry of a directory, and not of its neighbours', async () => {
    const root = fill(scratch(), { other: '' });
    const heard = Promise.withResolvers<void>();
    let events = 0;
    const watcher = nativeWatchers.entry(join(root, 'link'), {
      onEvent: () => {
        events += 1;
        heard.resolve();
      },
      onLost: (why) => heard.reject(new Error(why)),
    });
    for (let n = 0; n < 20; n += 1) fill(root, { other: String(n) });
    symlinkSync('x', join(root, 'link'));
    await heard.promise;
    await watcher.close();
    expect(events).toBe(1);
  });

  it('hint at a file in a directory that is new in a plain tree', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    let n = 0;
    await hinted(directory, () => void fill(directory, { [`new/${++n}.yaml`]: 'x' }));
  });
});
