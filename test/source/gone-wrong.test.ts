import { chmodSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { Source } from '../../src/reconciler/ports/source.ts';
import { createSource } from '../../src/source/source.ts';
import { createRevisionLoader } from '../../src/wire/revision.ts';
import { cidrOf, MINUTE } from '../reconciler/networks.ts';
import { runDaemon } from '../reconciler/run-daemon.ts';
import { ACCOUNT, REGION, TARGET, World } from '../reconciler/world.ts';
import { networks } from '../support/network.ts';
import { commitOf } from './publishers.ts';
import { asNobody, fill, scratch } from './scratch.ts';

const NAMES = ['net-a', 'net-b', 'net-c', 'net-d', 'net-e'];

const seed = networks({ names: [...NAMES, 'other'] });

const fileOf = (name: string, cidr: string, reconcile = 'prune: terminate') =>
  `apiVersion: trueup/v1
kind: ProvisionedProduct
metadata: {name: ${name}}
spec:
  productName: network
  provisioningArtifactName: v1
  provisioningParameters: {Cidr: ${cidr}}
  reconcile: {${reconcile}}
`;

const estate = (cidr: string, names: readonly string[] = NAMES) =>
  Object.fromEntries(names.map((name) => [`${name}.yaml`, fileOf(name, cidr)]));

/** What git-sync leaves behind at each of its steps; any of them may be the last one. */
class Repository {
  readonly root = scratch();
  readonly link = join(this.root, 'link');
  readonly tree = (n: number) => join(this.root, '.worktrees', commitOf(n));

  checkOut(n: number, files: Readonly<Record<string, string>>): void {
    fill(this.tree(n), { '.git': 'gitdir: elsewhere\n', ...files });
  }

  flip(n: number): void {
    symlinkSync(join('.worktrees', commitOf(n)), `${this.link}-new`);
    renameSync(`${this.link}-new`, this.link);
  }

  publish(n: number, files: Readonly<Record<string, string>>): void {
    this.checkOut(n, files);
    this.flip(n);
  }
}

function loader() {
  const file = Buffer.from(
    `targets: [{name: ${TARGET}, accountId: "${ACCOUNT}", region: ${REGION}}]\n`,
  );
  const resolved = resolveConfig({
    flags: {},
    env: {},
    file: { path: 'trueup.yaml', bytes: file },
  });
  if (resolved.kind !== 'ok') throw new Error('the configuration is refused');
  return createRevisionLoader(resolved.config, () => true);
}

/** The daemon on the real reader; every look reads the disk. */
async function daemonOn(directory: string) {
  const world = await World.create({ seed, maxTerminations: 10 }, []);
  // Change times of files cannot be forged: the clock of the reader runs ahead of them.
  const clock = {
    now: () => Date.now() + 3_600_000,
    monotonic: () => world.clock.monotonic(),
    sleep: (ms: number, signal?: AbortSignal) => world.clock.sleep(ms, signal),
  };
  const reader = createSource({ directory, clock });
  const hints = new Set<() => void>();
  const source: Source = {
    read: () => reader.read(),
    watch: async (onHint) => {
      hints.add(onHint);
      return { close: async () => undefined };
    },
  };
  const { daemon, incarnation } = await runDaemon(world, source, loader(), { directory });
  /** Tells the daemon to look, and lets time pass. */
  const pass = async (ms: number) => {
    for (const hint of hints) hint();
    await world.clock.pass(ms);
  };
  await pass(MINUTE);
  const cidr = (name: string) => cidrOf(world, name);
  const drift = () =>
    world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
  const tokens = () =>
    world.writes().map((call) => (call.input as { readonly UpdateToken?: string }).UpdateToken);
  return { world, daemon, incarnation, pass, cidr, drift, tokens };
}

async function running() {
  const repository = new Repository();
  repository.publish(1, estate('B'));
  const trueup = await daemonOn(repository.link);
  expect(NAMES.map(trueup.cidr)).toEqual(['B', 'B', 'B', 'B', 'B']);
  return { repository, ...trueup, sent: trueup.world.writes().length };
}

describe('a source that went wrong', () => {
  it.each([
    ['documents of another tool only', { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\ndata: {}\n' }],
    ['files that hold nothing', { 'a.yaml': '# nothing\n', 'b.yaml': '---\n' }],
    ['no file at all', {}],
  ])('the wrong repository, with %s: nothing is removed', async (_what, files) => {
    const { repository, world, pass, sent } = await running();
    repository.publish(2, files);
    for (let look = 0; look < 6; look += 1) await pass(11 * MINUTE);
    expect(world.writes()).toHaveLength(sent);
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(NAMES));
    const told = [...world.events('document.problem'), ...world.events('source.unavailable')];
    expect(JSON.stringify(told)).toMatch(/source\/no-documents|holds no/);
  });

  it('the wrong repository, with documents for others: too many would go at once, and none does', async () => {
    const repository = new Repository();
    repository.publish(1, estate('B'));
    const trueup = await daemonOn(repository.link);
    // The limit that people have unless they say otherwise.
    Reflect.set(trueup.incarnation.shared.caps, 'maxTerminations', 3);
    repository.publish(2, { 'other.yaml': fileOf('other', 'A') });
    for (let look = 0; look < 6; look += 1) await trueup.pass(11 * MINUTE);
    expect(trueup.world.service.admin.names()).toEqual(expect.arrayContaining(NAMES));
  });

  it('a force-push to an old commit: everything goes back, and no token is used twice', async () => {
    const { repository, world, pass, cidr, tokens } = await running();
    repository.publish(2, { ...estate('C'), 'other.yaml': fileOf('other', 'C') });
    await pass(MINUTE);
    expect([...NAMES, 'other'].map(cidr)).toEqual(['C', 'C', 'C', 'C', 'C', 'C']);
    repository.flip(1);
    await pass(9 * MINUTE);
    expect(NAMES.map(cidr)).toEqual(['B', 'B', 'B', 'B', 'B']);
    expect(cidr('other')).toBe('C');
    expect(world.service.admin.names()).toContain('other');
    expect(new Set(tokens()).size).toBe(tokens().length);
    expect(tokens()).toHaveLength(16);
  });

  it('a push and its revert within ten minutes: what came back was never gone', async () => {
    const { repository, world, pass, sent } = await running();
    for (let round = 0; round < 4; round += 1) {
      repository.publish(2, estate('B', ['net-a']));
      await pass(6 * MINUTE);
      repository.flip(1);
      await pass(6 * MINUTE);
    }
    expect(world.writes()).toHaveLength(sent);
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(NAMES));
  });

  it('git-sync killed before the flip: half a worktree beside the link is nobody’s', async () => {
    const { repository, world, pass, sent } = await running();
    repository.checkOut(2, estate('C', ['net-a']));
    await pass(30 * MINUTE);
    expect(world.writes()).toHaveLength(sent);
  });

  it('git-sync killed after it removed the worktree: the link leads nowhere, and nothing is sent', async () => {
    const { repository, world, pass, cidr, drift, daemon, sent } = await running();
    rmSync(repository.tree(1), { recursive: true });
    await pass(MINUTE);
    await drift();
    await pass(40 * MINUTE);
    expect(world.writes()).toHaveLength(sent);
    expect(daemon.sourceProblem).toContain('does not exist');
    repository.publish(2, estate('B'));
    await pass(6 * MINUTE);
    expect(cidr('net-a')).toBe('B');
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(NAMES));
  });

  it('git-sync killed while it wrote where the link leads: half a file and no other', async () => {
    const { repository, world, pass, cidr, sent } = await running();
    const whole = fileOf('net-a', 'C');
    repository.publish(2, { 'net-a.yaml': whole.slice(0, whole.indexOf('Cidr: C') + 3) });
    await pass(9 * MINUTE);
    expect(world.writes()).toHaveLength(sent);
    // Long after: as long as a file of the revision is invalid, nothing of it is taken for gone.
    for (let look = 0; look < 3; look += 1) await pass(11 * MINUTE);
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(NAMES));
    fill(repository.tree(2), estate('C'));
    await pass(MINUTE);
    expect(NAMES.map(cidr)).toEqual(['C', 'C', 'C', 'C', 'C']);
  });

  it('every way to cut one file short: never another value, never another product', async () => {
    const { repository, world, pass, sent } = await running();
    const whole = fileOf('net-a', 'Changed');
    const others = estate('B', NAMES.slice(1));
    let n = 2;
    for (let length = 1; length < whole.length; length += 5) {
      const text = whole.slice(0, length);
      // Where only the end of the policy is lost, the document says what it meant to say.
      if (text.includes('Cidr: Changed}')) break;
      repository.publish(n, { ...others, 'net-a.yaml': text });
      n += 1;
      await pass(10_000);
    }
    expect(n).toBeGreaterThan(20);
    expect(world.writes()).toHaveLength(sent);
  });

  it('the directory replaced by a file, and by a link to itself', async () => {
    const { repository, world, pass, drift, daemon, sent } = await running();
    unlinkSync(repository.link);
    writeFileSync(repository.link, fileOf('net-a', 'C'));
    await pass(MINUTE);
    expect(daemon.sourceProblem).toContain('is not a directory');
    await drift();
    unlinkSync(repository.link);
    symlinkSync('link', repository.link);
    await pass(30 * MINUTE);
    expect(daemon.sourceProblem).toContain('circle');
    expect(world.writes()).toHaveLength(sent);
  });

  it('permission lost for one file: its product is left alone, the others are served, nothing is removed', async () => {
    const { repository, world, pass, cidr } = await running();
    repository.publish(2, estate('C', ['net-a', 'net-b', 'net-c']));
    chmodSync(join(repository.tree(2), 'net-a.yaml'), 0o000);
    openTo(repository.root);
    await asNobody(async () => {
      for (let look = 0; look < 4; look += 1) await pass(11 * MINUTE);
    });
    expect(NAMES.map(cidr)).toEqual(['B', 'C', 'C', 'B', 'B']);
    expect(world.service.admin.names()).toEqual(expect.arrayContaining(NAMES));
    expect(JSON.stringify(world.events('document.problem'))).toContain('permission denied');
  });

  it('permission lost for all of it: nothing is sent', async () => {
    const { repository, world, pass, drift, daemon, sent } = await running();
    openTo(repository.root);
    chmodSync(repository.tree(1), 0o000);
    await asNobody(async () => {
      await pass(MINUTE);
      await drift();
      await pass(30 * MINUTE);
    });
    expect(daemon.sourceProblem).toContain('permission denied');
    expect(world.writes()).toHaveLength(sent);
    chmodSync(repository.tree(1), 0o755);
  });
});

/** Scratch directories are for their owner only. */
function openTo(root: string): void {
  chmodSync(root, 0o755);
}
