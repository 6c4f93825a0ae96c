import { expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/program.ts';

const said = { out: () => undefined, err: () => undefined };

it.each(['plan', 'apply', 'run'])(
  '%s with the state of an embedded catalog never means AWS',
  (command) => {
    const parse = (...options: readonly string[]) =>
      parseArguments([command, 'desired', ...options], '0', said);
    expect(parse('--local-state', 'estate.json')).toMatchObject({ invocation: { local: '' } });
    expect(parse('--local-state', 'e.json', '--local=seed.yaml')).toMatchObject({
      invocation: { local: 'seed.yaml' },
    });
    expect(parse()).toMatchObject({ invocation: { local: null } });
  },
);
