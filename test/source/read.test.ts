import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitOf, configMap, gitSync } from './publishers.ts';
import {
  asNobody,
  fill,
  scratch,
  snapshotIn,
  snapshotOf,
  sourceOf,
  textsOf,
  whyIn,
} from './scratch.ts';

describe('what is read', () => {
  it('takes YAML, JSON and kustomization files, at any depth, sorted by path', async () => {
    const directory = fill(scratch(), {
      'b.yml': 'b',
      'a.yaml': 'a',
      'deep/er/c.json': 'c',
      'Loud.YAML': 'l',
      'deep/Kustomization': 'k',
      'README.md': 'not desired state',
      yaml: 'nor this',
    });
    const snapshot = await snapshotOf(directory);
    expect(snapshot.files.map((file) => file.path)).toEqual([
      'Loud.YAML',
      'a.yaml',
      'b.yml',
      'deep/Kustomization',
      'deep/er/c.json',
    ]);
    expect(textsOf(snapshot)['deep/er/c.json']).toBe('c');
    expect(snapshot.unreadable).toEqual([]);
  });

  it('skips hidden files and directories', async () => {
    const directory = fill(scratch(), {
      'a.yaml': 'a',
      '.hidden.yaml': 'h',
      '.git/config.yaml': 'h',
      'sub/.cache/x.yaml': 'h',
    });
    expect(textsOf(await snapshotOf(directory))).toEqual({ 'a.yaml': 'a' });
  });

  it('keeps the bytes as they are, empty files too', async () => {
    const directory = fill(scratch(), { 'empty.yaml': '' });
    writeFileSync(join(directory, 'raw.yaml'), Buffer.from([0xff, 0x00, 0x0d, 0x0a]));
    const snapshot = await snapshotOf(directory);
    expect(snapshot.files.map((file) => [...file.bytes])).toEqual([[], [0xff, 0x00, 0x0d, 0x0a]]);
  });

  it('names a revision of a plain directory by its content', async () => {
    const [one, two] = [
      fill(scratch(), { 'a.yaml': 'a', 'b.yaml': 'b' }),
      fill(scratch(), { 'b.yaml': 'b', 'a.yaml': 'a' }),
    ];
    const snapshot = await snapshotOf(one);
    const hex = createHash('sha256').update('6:a.yaml1:a6:b.yaml1:b').digest('hex');
    expect(snapshot.digest).toBe(`sha256:${hex}`);
    expect(snapshot.revision).toBe(`sha256:${hex.slice(0, 12)}`);
    expect((await snapshotOf(two)).digest).toBe(snapshot.digest);
  });

  it.each([
    ['a byte', { 'a.yaml': 'x', 'b.yaml': 'b' }],
    ['a name', { 'a.yaml': 'a', 'c.yaml': 'b' }],
    ['where one file ends', { 'a.yaml': 'a6:b.yaml1:b' }],
    ['one file less', { 'a.yaml': 'a' }],
  ])('gives another digest for %s', async (_, files) => {
    const before = await snapshotOf(fill(scratch(), { 'a.yaml': 'a', 'b.yaml': 'b' }));
    const after = await snapshotOf(fill(scratch(), files as Record<string, string>));
    expect(after.digest).not.toBe(before.digest);
  });
});

describe('where the directory may stand', () => {
  it('reads a git-sync link and names the commit', async () => {
    const publisher = gitSync(scratch(), 10);
    publisher.publish(7);
    const snapshot = await snapshotOf(publisher.directory);
    expect(snapshot.revision).toBe(commitOf(7));
    expect(snapshot.files).toHaveLength(10);
    expect(snapshot.files[0]?.path).toBe('part-0/0.yaml');
  });

  it('reads a path below a git-sync link, and an absolute link', async () => {
    const root = scratch();
    const publisher = gitSync(root, 10);
    publisher.publish(3);
    unlinkSync(publisher.directory);
    symlinkSync(join(root, '.worktrees', commitOf(3)), publisher.directory);
    const snapshot = await snapshotOf(join(publisher.directory, 'part-2'));
    expect(snapshot.revision).toBe(commitOf(3));
    expect(textsOf(snapshot)).toEqual({ '2.yaml': 'revision: 3\n', '7.yaml': 'revision: 3\n' });
  });

  it('does not wait for a published tree to rest, and waits for any other', async () => {
    const root = scratch();
    const publisher = gitSync(root, 5);
    publisher.publish(1);
    const { clock, read } = sourceOf(publisher.directory, { settleMs: 3_600_000 });
    snapshotIn(await read());
    expect(clock.sleeps).toEqual([]);

    const link = join(root, 'plain');
    symlinkSync(fill(scratch(), { 'a.yaml': 'a' }), link);
    const plain = sourceOf(link, { settleMs: 3_600_000 });
    expect(snapshotIn(await plain.read()).revision).toMatch(/^sha256:[0-9a-f]{12}$/);
    expect(plain.clock.sleeps).toHaveLength(1);
  });

  it('reads a ConfigMap mount, and a path inside one', async () => {
    const publisher = configMap(scratch(), 3);
    publisher.publish(1);
    mkdirSync(join(publisher.directory, '..data', 'sub'));
    writeFileSync(join(publisher.directory, '..data', 'sub', 'x.yaml'), 'x');
    symlinkSync(join('..data', 'sub'), join(publisher.directory, 'sub'));
    const whole = await snapshotOf(publisher.directory);
    expect(whole.files.map((file) => file.path)).toEqual([
      '0.yaml',
      '1.yaml',
      '2.yaml',
      'sub/x.yaml',
    ]);
    expect(whole.revision).toBe(`sha256:${whole.digest.slice(7, 19)}`);
    expect(whole.unreadable).toEqual([]);
    expect(textsOf(await snapshotOf(join(publisher.directory, 'sub')))).toEqual({ 'x.yaml': 'x' });
  });

  it('names what stands beside ..data and is not part of it', async () => {
    const publisher = configMap(scratch(), 1);
    publisher.publish(1);
    writeFileSync(join(publisher.directory, 'stray.yaml'), 'x');
    expect((await snapshotOf(publisher.directory)).unreadable).toEqual([
      {
        path: 'stray.yaml',
        code: 'source/unreadable-file',
        why: 'it stands beside ..data and is not part of what ..data publishes',
      },
    ]);
  });

  it('gives another digest when a tree changes under the same commit', async () => {
    const publisher = gitSync(scratch(), 2);
    publisher.publish(1);
    const { read } = sourceOf(publisher.directory);
    const before = snapshotIn(await read());
    writeFileSync(join(publisher.directory, 'part-0', '0.yaml'), 'revision: one\n');
    const after = snapshotIn(await read());
    expect(after.revision).toBe(before.revision);
    expect(after.digest).not.toBe(before.digest);
  });
});

describe('files that are named, not read', () => {
  const cases: readonly (readonly [
    string,
    (directory: string) => void,
    { readonly path: string; readonly code: string; readonly why: RegExp },
  ])[] = [
    [
      'a link out of the directory',
      (d) => symlinkSync('/etc/hostname', join(d, 'x.yaml')),
      { path: 'x.yaml', code: 'source/link-escapes', why: /\/etc\/hostname, outside/ },
    ],
    [
      'a relative link out of it',
      (d) => symlinkSync('../..', join(d, 'up')),
      { path: 'up', code: 'source/link-escapes', why: /outside the directory/ },
    ],
    [
      'a link to a neighbour whose name begins alike',
      (d) => symlinkSync(fill(`${d}-secret`, { 'a.yaml': 'a' }), join(d, 'x')),
      { path: 'x', code: 'source/link-escapes', why: /-secret, outside the directory/ },
    ],
    [
      'a link that leads nowhere',
      (d) => symlinkSync('gone.yaml', join(d, 'x.yaml')),
      { path: 'x.yaml', code: 'source/unreadable-file', why: /leads nowhere/ },
    ],
    [
      'a link to itself',
      (d) => symlinkSync('x.yaml', join(d, 'x.yaml')),
      { path: 'x.yaml', code: 'source/unreadable-file', why: /circle/ },
    ],
    [
      'a pipe',
      (d) => void execFileSync('mkfifo', [join(d, 'x.yaml')]),
      { path: 'x.yaml', code: 'source/unreadable-file', why: /a named pipe/ },
    ],
    [
      'a link to a pipe',
      (d) => {
        execFileSync('mkfifo', [join(d, 'pipe')]);
        symlinkSync('pipe', join(d, 'x.yaml'));
      },
      { path: 'x.yaml', code: 'source/unreadable-file', why: /a named pipe/ },
    ],
    [
      'a file over the limit',
      (d) => writeFileSync(join(d, 'x.yaml'), 'x'.repeat(101)),
      { path: 'x.yaml', code: 'source/file-too-large', why: /101 bytes; the limit is 100/ },
    ],
    [
      'a file without permission',
      (d) => {
        writeFileSync(join(d, 'x.yaml'), 'x');
        chmodSync(join(d, 'x.yaml'), 0o000);
      },
      { path: 'x.yaml', code: 'source/unreadable-file', why: /permission denied/ },
    ],
    [
      'a directory without permission',
      (d) => mkdirSync(join(d, 'sub'), { mode: 0o000 }),
      { path: 'sub', code: 'source/unreadable-file', why: /cannot be listed: permission denied/ },
    ],
    [
      'a name with control characters',
      (d) => writeFileSync(join(d, 'x\u001b[2J\n.yaml'), 'x'),
      { path: 'x\\u001b[2J\\u000a.yaml', code: 'source/unreadable-file', why: /control/ },
    ],
    [
      'a name that is not UTF-8',
      (d) =>
        writeFileSync(
          Buffer.concat([Buffer.from(`${d}/x`), Buffer.from([0xff]), Buffer.from('.yaml')]),
          'x',
        ),
      { path: 'x\\ufffd.yaml', code: 'source/unreadable-file', why: /not UTF-8/ },
    ],
  ];

  it.each(cases)('%s', async (_, arrange, expected) => {
    const root = scratch();
    chmodSync(root, 0o755);
    const directory = fill(join(root, 'estate'), { 'ok.yaml': 'ok' });
    arrange(directory);
    const snapshot = await asNobody(() => snapshotOf(directory, { maxFileBytes: 100 }));
    expect(textsOf(snapshot)).toEqual({ 'ok.yaml': 'ok' });
    expect(snapshot.unreadable).toEqual([
      { path: expected.path, code: expected.code, why: expect.stringMatching(expected.why) },
    ]);
  });

  it('does not mind links and special files that could not be documents', async () => {
    const directory = fill(scratch(), { 'ok.yaml': 'ok' });
    symlinkSync('/etc/hostname', join(directory, 'LICENSE'));
    symlinkSync('gone.md', join(directory, 'notes.md'));
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    expect((await snapshotOf(directory)).unreadable).toEqual([]);
  });

  it('changes the digest, so that nobody takes the revision for the one before', async () => {
    const directory = fill(scratch(), { 'ok.yaml': 'ok' });
    const { read } = sourceOf(directory);
    const before = snapshotIn(await read());
    symlinkSync('gone.yaml', join(directory, 'x.yaml'));
    expect(snapshotIn(await read()).digest).not.toBe(before.digest);
  });

  it('reads a file of exactly the limit', async () => {
    const directory = fill(scratch(), { 'x.yaml': 'x'.repeat(100) });
    expect((await snapshotOf(directory, { maxFileBytes: 100 })).files[0]?.bytes).toHaveLength(100);
  });
});

describe('links inside the directory', () => {
  it('reads each file once, under its own name', async () => {
    const directory = fill(scratch(), { 'real/a.yaml': 'a' });
    symlinkSync('real', join(directory, 'alias'));
    symlinkSync('real/a.yaml', join(directory, 'b.yaml'));
    expect(textsOf(await snapshotOf(directory))).toEqual({ 'real/a.yaml': 'a' });
  });

  it('reads what has no visible name of its own through its link', async () => {
    const directory = fill(scratch(), { '.v/3/a.yaml': 'a', '.v/b.txt': 'b' });
    symlinkSync('.v/3', join(directory, 'current'));
    symlinkSync('.v/b.txt', join(directory, 'b.yaml'));
    expect(textsOf(await snapshotOf(directory))).toEqual({ 'current/a.yaml': 'a', 'b.yaml': 'b' });
  });

  it('keeps a kustomization that is a link', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    symlinkSync('a.yaml', join(directory, 'kustomization.yaml'));
    expect(Object.keys(textsOf(await snapshotOf(directory)))).toContain('kustomization.yaml');
  });

  it('ends where links lead in circles or multiply', async () => {
    const directory = fill(scratch(), { 'a.yaml': 'a' });
    for (let depth = 0; depth < 24; depth += 1) {
      mkdirSync(join(directory, `.d${depth}`));
      for (const name of ['left', 'right'])
        symlinkSync(`../.d${depth + 1}`, join(directory, `.d${depth}`, name));
    }
    fill(directory, { '.d24/deep.yaml': 'deep' });
    symlinkSync('.d0', join(directory, 'start'));
    symlinkSync('..', join(directory, '.d24', 'back'));
    const texts = textsOf(await snapshotOf(directory));
    expect(Object.values(texts).sort()).toEqual(['a', 'deep']);
  });
});

describe('what cannot be read as a whole', () => {
  const cases: readonly (readonly [string, (directory: string) => string, RegExp])[] = [
    ['a missing directory', (d) => join(d, 'gone'), /gone cannot be reached: it does not exist/],
    ['a file', (d) => join(fill(d, { 'a.yaml': 'a' }), 'a.yaml'), /a\.yaml is not a directory/],
    [
      'a path through a file',
      (d) => join(fill(d, { 'a.yaml': 'a' }), 'a.yaml', 'sub'),
      /not a directory/,
    ],
    ['an empty directory', (d) => d, /holds no \.yaml, \.yml or \.json file/],
    [
      'a directory of other things',
      (d) => fill(d, { 'README.md': 'x', 'sub/.x.yaml': 'x' }),
      /holds no \.yaml/,
    ],
    [
      'a link that leads nowhere',
      (d) => {
        symlinkSync(`.worktrees/${commitOf(1)}`, join(d, 'link'));
        return join(d, 'link');
      },
      /link points to \.worktrees\/[0-9a-f]{40}, and .* does not exist/,
    ],
    [
      'links in a circle',
      (d) => {
        symlinkSync('b', join(d, 'a'));
        symlinkSync('a', join(d, 'b'));
        return join(d, 'a');
      },
      /circle/,
    ],
    [
      'a ConfigMap mount whose ..data leads nowhere',
      (d) => {
        symlinkSync('..gone', join(d, '..data'));
        return d;
      },
      /\.\.data points to \.\.gone/,
    ],
    [
      'more files than the limit',
      (d) => fill(d, { 'a.yaml': 'a', 'b.yaml': 'b', 'c.yaml': 'c', 'd.yaml': 'd' }),
      /more than 3 desired-state files/,
    ],
    [
      'more of anything than a desired-state directory holds',
      (d) => fill(d, Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`${n}.txt`, '']))),
      /more than 30 entries/,
    ],
    [
      'more bytes than the limit',
      (d) => fill(d, { 'a.yaml': 'x'.repeat(600), 'b.yaml': 'x'.repeat(600) }),
      /more than 1000 bytes together/,
    ],
    [
      'a directory without permission',
      (d) => {
        mkdirSync(join(d, 'sub'));
        chmodSync(join(d, 'sub'), 0o000);
        return join(d, 'sub');
      },
      /sub cannot be (read|listed): permission denied/,
    ],
    [
      'files without permission, all of them',
      (d) => {
        fill(d, { 'a.yaml': 'a' });
        chmodSync(join(d, 'a.yaml'), 0o000);
        return d;
      },
      /no desired-state file in .* can be read; the first is a\.yaml: .*permission denied/,
    ],
  ];

  it.each(cases)('%s', async (_, arrange, why) => {
    const root = scratch();
    chmodSync(root, 0o755);
    const directory = arrange(root);
    const options = { maxFiles: 3, maxTotalBytes: 1_000 };
    const result = await asNobody(() => sourceOf(directory, options).read());
    expect(whyIn(result)).toMatch(why);
  });

  it('recovers as soon as the directory does', async () => {
    const root = scratch();
    const { read } = sourceOf(join(root, 'estate'));
    expect(whyIn(await read())).toMatch(/does not exist/);
    mkdirSync(join(root, 'estate'));
    expect(whyIn(await read())).toMatch(/holds no/);
    fill(root, { 'estate/a.yaml': 'a' });
    expect(textsOf(snapshotIn(await read()))).toEqual({ 'a.yaml': 'a' });
    rmSync(join(root, 'estate'), { recursive: true });
    expect(whyIn(await read())).toMatch(/does not exist/);
  });

  it('waits a little for a link that leads nowhere for a moment', async () => {
    const root = scratch();
    const publisher = gitSync(root, 3);
    const tree = join(root, '.worktrees', publisher.publish(1));
    renameSync(tree, `${tree}.aside`);
    const { source, clock } = sourceOf(publisher.directory);
    const result = source.read();
    await clock.pass(1);
    renameSync(`${tree}.aside`, tree);
    expect(snapshotIn(await clock.untilRead(result)).files).toHaveLength(3);
  });
});
