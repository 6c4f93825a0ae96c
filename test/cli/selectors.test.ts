import { describe, expect, it } from 'vitest';
import { misuse } from '../../src/cli/misuse.ts';
import { parseArguments } from '../../src/cli/program.ts';

/** What is said of a command line; '' where it may be carried out. */
function saidOf(argv: readonly string[]): string {
  const said: string[] = [];
  const take = (text: string) => void said.push(text);
  const parsed = parseArguments(argv, '0', { out: take, err: take });
  if (parsed.kind === 'invocation') return misuse(parsed.invocation) ?? '';
  expect(parsed.exitCode).toBe(1);
  return said.join('');
}

/** Every command that takes selectors, with what else it needs. */
const COMMANDS: readonly (readonly string[])[] = [
  ['validate', 'desired'],
  ['plan', 'desired'],
  ['apply', 'desired', '--yes'],
  ['run', 'desired'],
  ['status'],
  ['retry', 'net-a'],
  ['accept', 'net-a'],
  ['approve', 'a'.repeat(32)],
  ['proceed', 'network'],
  ['freeze', '--reason', 'why'],
  ['resume'],
  ['demo'],
];

const EMPTY: readonly string[] = ['', ' ', ',', 'net-a,', ',net-a', 'a,,b'];
const TARGETED = new Set(['freeze', 'resume']);
const APPROVING = new Set(['apply', 'run']);

const lists = COMMANDS.flatMap((command) => [
  ...['--only', '-l', '--label'].map((option) => [option, command] as const),
  ...(TARGETED.has(command[0] ?? '') ? [['--target', command] as const] : []),
  ...(APPROVING.has(command[0] ?? '') ? [['--approve', command] as const] : []),
]);

describe('an empty part of a list never means everything', () => {
  it.each(lists)('%s of %j', (option, command) => {
    for (const value of EMPTY) {
      const said = saidOf([...command, option, value]);
      expect(said).toContain(`argument '${value}' is invalid`);
      expect(said).toContain(option);
      expect(said).toContain('next: ');
    }
  });

  it('blanks round a name are not part of it', () => {
    const output = { out: () => undefined, err: () => undefined };
    const parsed = parseArguments(['plan', 'd', '--only', 'a, b'], '0', output);
    expect(parsed).toMatchObject({ invocation: { only: ['a', 'b'] } });
  });
});

describe('a part of a selector that is missing', () => {
  it.each([
    [['--only', 'prod/'], '"prod/"'],
    [['--only', '/net-a'], '"/net-a"'],
    [['-l', '=a'], '"=a"'],
    [['-l', 'team'], '"team"'],
  ])('%j is refused by every command', (options, value) => {
    for (const command of COMMANDS) expect(saidOf([...command, ...options])).toContain(value);
  });
});

describe('an argument that is empty', () => {
  const named = ['retry', 'accept', 'approve', 'proceed', 'validate', 'plan', 'apply', 'run'];

  it.each(named)('%s is refused', (command) => {
    for (const value of ['', ' ']) expect(saidOf([command, value])).toContain('is empty');
  });

  it.each([
    ['--local-state', ['plan', 'desired']],
    ['--directory', ['demo']],
  ])('%s is refused', (option, command) => {
    expect(saidOf([...command, option, ''])).toContain(`${option} is empty`);
  });
});

it.each(COMMANDS)('%s with selectors that say something is carried out', (...command) => {
  const labels = command[0] === 'status' ? [] : ['-l', 'team=a'];
  expect(saidOf([...command, '--only', 'prod/net-a,net-b', ...labels])).toBe('');
});

it('status, which knows no labels, does not pretend to select by them', () => {
  expect(saidOf(['status', '-l', 'team=a'])).toContain('the journal keeps no labels');
});
