import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsPage, referencePage } from '../scripts/docs.ts';
import { COMMON, termOf } from '../src/cli/estate-command.ts';
import { parseArguments } from '../src/cli/program.ts';
import { type EstateCommand, SHOWN } from '../src/cli/shown-options.ts';
import { OPTIONS } from '../src/config/options.ts';
import { ERRORS } from '../src/domain/errors/registry.ts';

const page = (name: string) => readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8');

describe('the reference pages', () => {
  it('say what the schemas and the option table say (npm run docs)', async () => {
    expect(await page('reference.md')).toBe(await referencePage());
  });

  it('say what the error registry says (npm run docs)', async () => {
    expect(await page('errors.md')).toBe(errorsPage());
  });

  it('have every code once, each with a meaning and a next step', async () => {
    const headings = [...(await page('errors.md')).matchAll(/^## (.+)$/gm)].map(
      (match) => match[1],
    );
    expect(headings).toEqual(Object.keys(ERRORS).sort());
    for (const [code, entry] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
      expect(entry.title.length * entry.meaning.length * entry.next.length, code).toBeGreaterThan(
        0,
      );
    }
  });
});

describe('the error registry', () => {
  it('says each next step as it stands behind "next:", in the middle of a line', () => {
    for (const [code, { next }] of Object.entries(ERRORS))
      expect(next, code).toMatch(/^(?![A-Z][a-z]).*[^.]$/s);
  });

  it('holds no code that the program cannot show', async () => {
    const root = new URL('../src/', import.meta.url);
    const paths = (await readdir(root, { recursive: true })).filter(
      (path) => path.endsWith('.ts') && !path.startsWith(join('domain', 'errors')),
    );
    const all = await Promise.all(paths.map((path) => readFile(new URL(path, root), 'utf8')));
    const unused = Object.keys(ERRORS).filter(
      (code) => !all.some((text) => text.includes(`'${code}'`)),
    );
    expect(unused).toEqual([]);
  });
});

const COMMANDS = Object.keys(SHOWN) as EstateCommand[];

function helpOf(command: string): string {
  const help: string[] = [];
  const parsed = parseArguments([command, '--help'], '0', {
    out: (text) => void help.push(text),
    err: () => undefined,
  });
  expect(parsed).toEqual({ kind: 'done', exitCode: 0 });
  return help.join('');
}

/** The options that a help lists, by their long names. */
const listed = (help: string) =>
  [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, long]) => long);

const longOf = (flag: string) => flag.split(' ')[0];

describe('the help', () => {
  it.each(COMMANDS)('of %s lists the options that matter to it, at 80 columns', (command) => {
    const help = helpOf(command);
    const table = OPTIONS.map(({ flag }) => longOf(flag));
    const wanted = OPTIONS.filter(({ name }) => SHOWN[command].table.includes(name));
    expect(
      listed(help)
        .filter((one) => table.includes(one))
        .toSorted(),
    ).toEqual(wanted.map(({ flag }) => longOf(flag)).toSorted());
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(help).toContain('docs/reference.md lists all of them');
  });

  it('of some command lists each option, and the reference lists them all', async () => {
    const somewhere = new Set(COMMANDS.flatMap((command) => listed(helpOf(command))));
    const reference = await page('reference.md');
    for (const { flag } of OPTIONS) {
      expect([...somewhere]).toContain(longOf(flag));
      expect(reference).toContain(`${longOf(flag)}`);
    }
    for (const row of Object.values(COMMON)) expect(reference).toContain(`| \`${termOf(row)}\` |`);
    expect(reference).toContain('`TRUEUP_CONFIG`');
  });

  it('shows an optional value as it has to be typed: behind a blank it would be the directory', () => {
    expect(helpOf('plan')).toContain('--local[=seed] ');
  });

  it.each([
    ['plan', '"-"'],
    ['run', 'directory'],
    ['retry', 'TARGET/NAME'],
    ['accept', 'TARGET/NAME'],
    ['approve', 'first 32 digits'],
    ['proceed', 'TARGET/PRODUCT'],
  ] as const)('of %s says what its argument is', (command, words) => {
    expect(/^Arguments:\n([\s\S]*?)\n\n/m.exec(helpOf(command))?.[1]).toContain(words);
  });

  it('of a person’s word fits on a page', () => {
    for (const command of ['retry', 'accept', 'approve', 'proceed', 'status'] as const)
      expect(helpOf(command).split('\n').length).toBeLessThan(32);
  });

  it.each(COMMANDS)('hides nothing that %s would not take', (command) => {
    const argument = ['status', 'freeze', 'resume', 'demo'].includes(command) ? [] : ['x'];
    const reason = command === 'freeze' ? ['--reason', 'x'] : [];
    for (const { flag, name } of OPTIONS) {
      const value = flag.includes(' ') ? ['1'] : [];
      const words = [command, ...argument, ...reason, longOf(flag) ?? '', ...value];
      const parsed = parseArguments(words, '0', { out: () => undefined, err: () => undefined });
      expect(parsed).toMatchObject({
        kind: 'invocation',
        invocation: { flags: { [name]: value[0] ?? true } },
      });
    }
  });

  it('does not let a bare --local swallow the directory', () => {
    const parsed = parseArguments(['plan', '--local', 'dir'], '0', {
      out: () => undefined,
      err: () => undefined,
    });
    expect(parsed).toMatchObject({
      kind: 'invocation',
      invocation: { local: '', command: { kind: 'plan', directory: 'dir' } },
    });
    const seeded = parseArguments(['plan', 'dir', '--local=seed.yaml'], '0', {
      out: () => undefined,
      err: () => undefined,
    });
    expect(seeded).toMatchObject({ kind: 'invocation', invocation: { local: 'seed.yaml' } });
  });
});
