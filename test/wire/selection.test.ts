import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../src/cli/invocation.ts';
import { asTargetName } from '../../src/domain/ids.ts';
import type { Log } from '../../src/reconciler/ports/runtime.ts';
import type { Snapshot } from '../../src/reconciler/ports/source.ts';
import { createRevisionLoader } from '../../src/wire/revision.ts';
import { refuseEmptySelection, selection, warnOfEmptySelection } from '../../src/wire/selection.ts';

type Config = Parameters<typeof createRevisionLoader>[0];

const target = asTargetName('prod');
const config = {
  targets: [{ name: target }],
  defaultTarget: target,
  rollouts: [],
  values: { env: [], files: [], secretsManager: [], ssmParameters: [] },
} as unknown as Config;

const document = (name: string, spec = 'productName: network, provisioningArtifactName: v1') =>
  `apiVersion: trueup/v1\nkind: ProvisionedProduct\nmetadata: { name: ${name}, labels: { team: a } }\nspec: { ${spec} }\n`;

const snapshot = (...documents: readonly string[]): Snapshot => ({
  ...{ revision: 'r', digest: documents.join(), unreadable: [] },
  files: [{ path: 'a.yaml', bytes: new TextEncoder().encode(documents.join('---\n')) }],
});

const invocation = (only: readonly string[], labels: readonly string[] = []) =>
  ({ only, labels }) as Invocation;

const loader = (given: Invocation) => createRevisionLoader(config, selection(given), true);

const all = snapshot(document('net-a'), document('net-b'), document('bad-c', 'productNmae: x'));

/** What a command that looks once says, or null. */
function refusal(given: Invocation): string | null {
  try {
    refuseEmptySelection(given, loader(given)(all));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a name that no document has', () => {
  it.each<[readonly string[], string]>([
    [['net-a', 'nte-b'], 'no document is named nte-b, as --only says (did you mean net-b?)'],
    [['net-a', 'prod/nte-b'], 'named prod/nte-b, as --only says (did you mean prod/net-b?)'],
    [['net-a', 'other/net-a'], 'no document is named other/net-a'],
    [['zzzzzzzz', 'yyyyyyyy'], 'named zzzzzzzz, as --only says; no document is named yyyyyyyy'],
  ])('%j is an error, whatever else is selected', (only, message) => {
    expect(refusal(invocation(only))).toContain(message);
  });

  it.each<[readonly string[], readonly string[], string | null]>([
    [[], [], null],
    [['net-a', 'prod/net-b'], [], null],
    [['net-a', 'bad-c'], [], null],
    [['bad-c'], [], 'no valid document matches --only bad-c'],
    [[], ['team=a'], null],
    [[], ['team=b'], 'no valid document matches -l team=b'],
    [['net-a'], ['team=b'], 'no valid document matches --only net-a -l team=b'],
  ])('--only %j -l %j', (only, labels, message) => {
    expect(refusal(invocation(only, labels))).toBe(message);
  });
});

describe('a daemon', () => {
  it('says once that a name is not there yet, and takes its document when it comes', () => {
    const given = invocation(['net-a', 'net-z']);
    const told: unknown[] = [];
    const log: Log = { write: (...line) => void told.push(line) };
    const load = warnOfEmptySelection(given, loader(given), log);
    const reason = 'no document is named net-z, as --only says (did you mean net-a?)';
    load(snapshot(document('net-a')));
    load(snapshot(document('net-a'), document('other-network')));
    expect(told).toEqual([['warn', 'selection.unmatched', { reason }]]);
    const { targets } = load(snapshot(document('net-a'), document('net-z')));
    expect([...(targets.get(target)?.specs.values() ?? [])].map(({ name }) => name)).toEqual([
      ...['net-a', 'net-z'],
    ]);
    load(snapshot(document('net-a')));
    expect(told).toHaveLength(2);
  });

  it('says that it looks at nothing', () => {
    const given = invocation([], ['team=b']);
    const told: unknown[] = [];
    const log: Log = { write: (...line) => void told.push(line) };
    warnOfEmptySelection(given, loader(given), log)(all);
    expect(told).toMatchObject([['warn', 'selection.unmatched', {}]]);
  });
});
