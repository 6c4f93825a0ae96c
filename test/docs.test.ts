import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsPage, referencePage } from '../scripts/docs.ts';
import { parseArguments } from '../src/cli/program.ts';
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

describe('the help', () => {
  it.each([
    'validate',
    'plan',
    'apply',
    'run',
    'status',
    'retry',
    'accept',
    'approve',
    'proceed',
    'freeze',
    'resume',
    'demo',
  ])('of %s lists every option of the table', (command) => {
    const help: string[] = [];
    const parsed = parseArguments([command, '--help'], '0', {
      out: (text) => void help.push(text),
      err: () => undefined,
    });
    expect(parsed).toEqual({ kind: 'done', exitCode: 0 });
    for (const option of OPTIONS) expect(help.join('')).toContain(option.flag.split(' ')[0]);
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
