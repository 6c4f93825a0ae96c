import { describe, expect, it } from 'vitest';
import type { CompareInput } from '../../src/diff/finding.ts';
import { recordFailed, recordSucceeded } from '../../src/diff/record.ts';
import { asArtifactId, asPathId, asProductId, type RecordId } from '../../src/domain/ids.ts';
import { read, unreadable } from '../../src/domain/live.ts';
import {
  aLive,
  anEntry,
  anIntent,
  aSpec,
  aStack,
  aTainted,
  compared,
  fingerprint,
  KEY_ID,
  NO_ECHO,
  prints,
  rec,
  shown,
  value,
} from './build.ts';

/** What each field came to, in a form that reads like the rule. */
function told(parts: Partial<CompareInput>): string[] {
  const { differences, unverified, unreadable: unread, deferred, steps } = compared(parts);
  return [
    ...differences.map(({ label, step }) => `${label} differs (${step})`),
    ...unverified.map(({ label }) => `${label} unverified`),
    ...unread.map(({ label }) => `${label} unreadable`),
    ...deferred.map(({ label }) => `${label} deferred`),
    ...(steps.length === 0 ? [] : [`steps ${steps.join(' ')}`]),
  ];
}

const gone = unreadable('AccessDenied');

interface Row {
  readonly rule: string;
  readonly input: Partial<CompareInput>;
  readonly told: readonly string[];
}

const byId = (id: string) => ({ kind: 'id', id: asArtifactId(id) }) as const;
const byName = (name: string) => ({ kind: 'name', name }) as const;

const PRODUCT_AND_VERSION: readonly Row[] = [
  {
    rule: 'nothing declared, nothing found',
    input: { spec: aSpec({ product: null, version: null }) },
    told: [],
  },
  { rule: 'names equal to the live row', input: {}, told: [] },
  {
    rule: 'ids equal',
    input: {
      spec: aSpec({ product: { kind: 'id', id: asProductId('prod-net') }, version: byId('pa-1') }),
    },
    told: [],
  },
  {
    rule: 'another product',
    input: { spec: aSpec({ product: byName('data') }) },
    told: ['product differs (update)', 'steps update'],
  },
  {
    rule: 'another version by name',
    input: { spec: aSpec({ version: byName('1.1') }) },
    told: ['version differs (update)', 'steps update'],
  },
  {
    rule: 'a version that only looks like a number is another one',
    input: { spec: aSpec({ version: byName('1.00') }) },
    told: ['version differs (update)', 'steps update'],
  },
  {
    rule: 'another version by id',
    input: { spec: aSpec({ version: byId('pa-9') }) },
    told: ['version differs (update)', 'steps update'],
  },
  {
    rule: 'could not be read is not different',
    input: { live: aLive({ product: gone, version: gone }) },
    told: ['product unreadable', 'version unreadable'],
  },
  {
    rule: 'a name cannot be told where AWS gave the id only',
    input: { live: aLive({ version: read({ id: asArtifactId('pa-1'), name: null }) }) },
    told: ['version deferred'],
  },
];

const platform = byName('platform');
const path = (live: string | null) => ({
  live: aLive({ path: read(live === null ? null : asPathId(live)) }),
});
const succeeded = {
  kind: 'succeeded',
  step: 'update',
  recordId: rec('1'),
  base: rec('0'),
  requestHash: fingerprint('', ''),
  at: '2026-11-01T00:00:00.000Z',
  reason: null,
} as const;

const PATHS: readonly Row[] = [
  { rule: 'a live path alone says nothing', input: path('lpv2-9'), told: [] },
  {
    rule: 'the declared path is the one of our last success',
    input: {
      ...path('lpv2-9'),
      spec: aSpec({ path: platform }),
      entry: anEntry({ declaredPath: 'name:platform' }),
    },
    told: [],
  },
  {
    rule: 'the declared path changed since our last success',
    input: {
      ...path('lpv2-9'),
      spec: aSpec({ path: platform }),
      entry: anEntry({ declaredPath: 'name:old' }),
    },
    told: ['path differs (update)', 'steps update'],
  },
  {
    rule: 'a path is declared for the first time after a success without one',
    input: {
      ...path('lpv2-9'),
      spec: aSpec({ path: platform }),
      entry: anEntry({ lastResult: succeeded }),
    },
    told: ['path differs (update)', 'steps update'],
  },
  {
    rule: 'a path is declared for the first time after a success without one, and an owner since',
    input: {
      ...path('lpv2-9'),
      spec: aSpec({ path: platform }),
      entry: anEntry({ declaredPath: 'none', lastResult: { ...succeeded, step: 'owner' } }),
    },
    told: ['path differs (update)', 'steps update'],
  },
  {
    rule: 'a path is declared for the first time, and the update that carried it failed',
    input: {
      live: aTainted({ path: read(asPathId('lpv2-9')) }),
      spec: aSpec({ path: platform }),
      entry: anEntry({ declaredPath: 'none', lastResult: { ...succeeded, kind: 'failed' } }),
    },
    told: ['path differs (update)', 'steps update'],
  },
  {
    rule: 'no path is declared after a success without one',
    input: { ...path('lpv2-9'), entry: anEntry({ declaredPath: 'none' }) },
    told: [],
  },
  {
    rule: 'nothing of ours is known: the recorded path proves nothing',
    input: { ...path('lpv2-9'), spec: aSpec({ path: platform }) },
    told: ['path unreadable'],
  },
  {
    rule: 'declared by id and recorded so',
    input: { ...path('lpv2-9'), spec: aSpec({ path: { kind: 'id', id: asPathId('lpv2-9') } }) },
    told: [],
  },
  {
    rule: 'a path that is no longer declared is kept',
    input: { ...path('lpv2-9'), entry: anEntry({ declaredPath: 'name:old' }) },
    told: [],
  },
];

const withParameter = (text: string) => aSpec({ parameters: { Size: value(text) } });
const password = aSpec({ parameters: { Password: value('s3cret') } });
const live = aLive();
const known = anEntry({ fingerprints: prints({ Password: 's3cret' }) });
const moved = aLive({
  records: { last: rec('3'), lastProvisioning: rec('3'), lastSuccessful: rec('3') as RecordId },
});

const failedSet = aTainted({ type: 'CFN_STACKSET', instances: read([]) });
const failed = { ...succeeded, kind: 'failed', recordId: rec('2') } as const;
/** What the journal holds after a failed update and an owner that was set. */
const owned = recordSucceeded(
  recordFailed(anEntry(), anIntent(), {
    ...{ recordId: rec('2'), reason: 'no', retryable: false, at: succeeded.at },
    ...{ stackRolledBack: false, stackUpdated: null },
  }),
  anIntent({ step: 'owner' }),
  { recordId: rec('3'), stackUpdated: null, at: succeeded.at, chainDone: false },
);

const PARAMETERS: readonly Row[] = [
  { rule: 'equal', input: { spec: withParameter('small') }, told: [] },
  {
    rule: 'blanks at both ends do not count',
    input: { spec: withParameter('  small ') },
    told: [],
  },
  {
    rule: 'blanks within do',
    input: { spec: withParameter('sm all') },
    told: ['Size differs (update)', 'steps update'],
  },
  {
    rule: 'case counts',
    input: { spec: withParameter('Small') },
    told: ['Size differs (update)', 'steps update'],
  },
  {
    rule: 'an empty value is a value',
    input: { spec: withParameter('') },
    told: ['Size differs (update)', 'steps update'],
  },
  {
    rule: 'usePreviousValue is always equal',
    input: {
      spec: aSpec({
        parameters: { Size: { kind: 'usePrevious' }, Password: { kind: 'usePrevious' } },
      }),
    },
    told: [],
  },
  {
    rule: 'useDefault needs the definitions',
    input: { spec: aSpec({ parameters: { Size: { kind: 'useDefault' } } }) },
    told: ['Size deferred'],
  },
  {
    rule: 'not in the live template',
    input: { spec: aSpec({ parameters: { Nat: value('x') } }) },
    told: ['Nat differs (update)', 'steps update'],
  },
  {
    rule: 'the stack cannot be read',
    input: { spec: withParameter('small'), live: aLive({ stack: gone }) },
    told: ['Size unreadable'],
  },
  {
    rule: 'a type without live values',
    input: {
      spec: withParameter('small'),
      live: aLive({ type: 'CONTROL_TOWER_ACCOUNT', physicalId: '444455556666', stack: gone }),
    },
    told: ['Size unverified'],
  },
  { rule: 'NoEcho on first contact', input: { spec: password }, told: ['Password unverified'] },
  { rule: 'NoEcho as last sent', input: { spec: password, entry: known }, told: [] },
  {
    rule: 'NoEcho, blanks at the ends do not count',
    input: { spec: aSpec({ parameters: { Password: value(' s3cret ') } }), entry: known },
    told: [],
  },
  {
    rule: 'NoEcho, another value than last sent',
    input: { spec: aSpec({ parameters: { Password: value('other') } }), entry: known },
    told: ['Password differs (update)', 'steps update'],
  },
  {
    rule: 'NoEcho without the key',
    input: { spec: password, entry: known, fingerprint: null, keyId: null },
    told: ['Password unverified'],
  },
  {
    rule: 'NoEcho under another key',
    input: { spec: password, entry: known, keyId: 'key-2' },
    told: ['Password unverified'],
  },
  {
    rule: 'NoEcho after another success than the fingerprinted one',
    input: { spec: password, entry: known, live: moved },
    told: ['Password unverified'],
  },
  {
    rule: 'NoEcho after the stack was updated past Service Catalog',
    input: {
      spec: password,
      entry: known,
      live: aLive({ stack: read(aStack({ lastUpdated: '2026-11-02T00:00:00.000Z' })) }),
    },
    told: ['Password unverified'],
  },
  {
    rule: 'the same time in another spelling is the same time',
    input: {
      spec: password,
      entry: known,
      live: aLive({ stack: read(aStack({ lastUpdated: '2026-11-01T01:00:00+01:00' })) }),
    },
    told: [],
  },
  {
    rule: 'a NoEcho parameter that the journal never saw',
    input: {
      spec: aSpec({ parameters: { Other: value('x') } }),
      entry: known,
      live: aLive({ stack: read(aStack({ parameters: { Other: NO_ECHO } })) }),
    },
    told: ['Other unverified'],
  },
  {
    rule: 'NoEcho of a stack set whose update failed',
    input: { spec: password, live: failedSet, entry: anEntry({ lastResult: failed }) },
    told: ['Password differs (update)', 'steps update'],
  },
  {
    rule: 'NoEcho of a stack set whose update failed, and that got an owner since',
    input: { spec: password, live: failedSet, entry: owned },
    told: ['Password differs (update)', 'steps update'],
  },
  {
    rule: 'NoEcho of a stack set whose update failed, after another one succeeded',
    input: {
      spec: password,
      live: aLive({ type: 'CFN_STACKSET', instances: read([]) }),
      entry: owned,
    },
    told: ['Password unverified'],
  },
  {
    rule: 'a key that JavaScript objects have by themselves',
    input: { spec: aSpec({ parameters: { constructor: value('x') } }) },
    told: ['constructor differs (update)', 'steps update'],
  },
];

const TAGS: readonly Row[] = [
  { rule: 'equal', input: { spec: aSpec({ tags: { team: 'a' } }) }, told: [] },
  { rule: 'foreign and system tags do not count', input: { spec: aSpec({ tags: {} }) }, told: [] },
  {
    rule: 'another value',
    input: { spec: aSpec({ tags: { team: 'b' } }) },
    told: ['tag team differs (update)', 'steps update'],
  },
  {
    rule: 'not there yet',
    input: { spec: aSpec({ tags: { cost: '1' } }) },
    told: ['tag cost differs (update)', 'steps update'],
  },
  {
    rule: 'only removed: no difference',
    input: { spec: aSpec({ tags: {} }), entry: anEntry({ ownTags: ['team'] }) },
    told: [],
  },
  {
    rule: 'not readable',
    input: { spec: aSpec({ tags: { team: 'a' } }), live: aLive({ tags: gone }) },
    told: ['tag team unreadable'],
  },
  {
    rule: 'after a failed update the stack counts too',
    input: {
      spec: aSpec({ tags: { team: 'a' } }),
      live: aTainted({ stack: read(aStack({ tags: { team: 'old' } })) }),
    },
    told: ['tag team differs (update)', 'steps update'],
  },
  {
    rule: 'after a success it does not',
    input: {
      spec: aSpec({ tags: { team: 'a' } }),
      live: aLive({ stack: read(aStack({ tags: {} })) }),
    },
    told: [],
  },
];

const role = 'arn:aws:iam::111122223333:role/owner';
const PROPERTIES: readonly Row[] = [
  { rule: 'owner as UserArn', input: { spec: aSpec({ owner: role }) }, told: [] },
  {
    rule: 'owner as UserArnSession',
    input: {
      spec: aSpec({ owner: 'arn:s' }),
      live: aLive({ owner: read({ arn: role, sessionArn: 'arn:s' }) }),
    },
    told: [],
  },
  {
    rule: 'another owner',
    input: { spec: aSpec({ owner: 'arn:o' }) },
    told: ['owner differs (owner)', 'steps owner'],
  },
  {
    rule: 'owner not readable',
    input: { spec: aSpec({ owner: role }), live: aLive({ owner: gone }) },
    told: ['owner unreadable'],
  },
  {
    rule: 'a launch role that nobody read',
    input: { spec: aSpec({ launchRole: 'arn:l' }) },
    told: ['launch role unreadable'],
  },
  {
    rule: 'no launch role yet',
    input: { spec: aSpec({ launchRole: 'arn:l' }), live: aLive({ launchRole: read(null) }) },
    told: ['launch role differs (launchRole)', 'steps launchRole'],
  },
  {
    rule: 'launch role, update, owner, in this order',
    input: {
      spec: aSpec({ launchRole: 'arn:l', owner: 'arn:o', parameters: { Size: value('big') } }),
      live: aLive({ launchRole: read('arn:k') }),
    },
    told: [
      'Size differs (update)',
      'owner differs (owner)',
      'launch role differs (launchRole)',
      'steps launchRole update owner',
    ],
  },
];

describe.each([
  ['product and version', PRODUCT_AND_VERSION],
  ['path', PATHS],
  ['parameters', PARAMETERS],
  ['tags', TAGS],
  ['properties', PROPERTIES],
])('compare %s', (_name, rows) => {
  it.each(rows)('$rule', ({ input, told: expected }) => {
    expect(told(input)).toEqual(expected);
  });
});

describe('compare', () => {
  it('names removed tags only if they are ours, live and undeclared', () => {
    const entry = anEntry({ ownTags: ['team', 'gone', 'kept'] });
    const tags = read({ team: 'a', kept: 'k', foreign: 'f' });
    const spec = aSpec({ tags: { kept: 'k' } });
    expect(compared({ spec, entry, live: aLive({ tags }) }).removedTags).toEqual(['team']);
  });

  it('names no removed tags where the document declares no tags at all', () => {
    const entry = anEntry({ ownTags: ['team'] });
    expect(compared({ spec: aSpec({ tags: null }), entry }).removedTags).toEqual([]);
  });

  it('counts live parameters that are left out or set to their previous value as kept', () => {
    const parameters = { A: shown('1'), B: shown('2'), C: shown('3'), D: NO_ECHO };
    const spec = aSpec({ parameters: { A: value('9'), B: { kind: 'usePrevious' } } });
    expect(compared({ spec, live: aLive({ stack: read(aStack({ parameters })) }) }).kept).toBe(3);
  });

  it('hides a declared value until it is known to be no secret', () => {
    const spec = aSpec({ parameters: { Nat: value('perhaps a secret'), Size: value('big') } });
    const { differences, hidden } = compared({ spec });
    expect(differences.map(({ label, desired }) => [label, desired.kind])).toEqual([
      ['Nat', 'hidden'],
      ['Size', 'text'],
    ]);
    expect([...hidden]).toEqual(['Nat']);
  });

  it('hides every declared value while the version may become another one', () => {
    const spec = aSpec({ version: byName('2.0'), parameters: { Size: value('now a secret') } });
    expect(JSON.stringify(compared({ spec }).differences)).not.toContain('now a secret');
    const unknown = aLive({ version: gone });
    expect(JSON.stringify(compared({ spec, live: unknown }).differences)).not.toContain('secret');
  });

  it('keeps hiding a value that was NoEcho when it was last sent', () => {
    const parameters = { Password: shown('x') };
    const entry = anEntry({ fingerprints: prints({ Password: 's3cret' }) });
    const live2 = aLive({ stack: read(aStack({ parameters })) });
    const { differences } = compared({ spec: password, entry, live: live2 });
    expect(differences.map(({ live: from, desired }) => [from.kind, desired.kind])).toEqual([
      ['hidden', 'hidden'],
    ]);
  });

  it('changes nothing that it was given', () => {
    const input = { spec: password, live, entry: known, fingerprint, keyId: KEY_ID };
    const before = structuredClone({ spec: input.spec, live: input.live, entry: input.entry });
    compared(input);
    expect({ spec: input.spec, live: input.live, entry: input.entry }).toEqual(before);
  });
});
