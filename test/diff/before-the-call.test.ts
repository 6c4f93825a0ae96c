import { describe, expect, it } from 'vitest';
import type { AssessInput } from '../../src/diff/assess.ts';
import { resolveTarget } from '../../src/diff/resolve.ts';
import { asProductId } from '../../src/domain/ids.ts';
import {
  type ArtifactView,
  type PresentProduct,
  type Reading,
  read,
  unreadable,
} from '../../src/domain/live.ts';
import type { Spec } from '../../src/domain/spec.ts';
import {
  aLive,
  anArtifact,
  anEntry,
  aSpec,
  aStack,
  assessed,
  definitionsOf,
  factsFor,
  PATHS,
  refusalCodes,
  value,
  verdictOf,
} from './build.ts';

/** What a plan tells before any call is made, where nothing else in the suite shows it. */

const bigger = aSpec({ parameters: { Size: value('big') } });
const newer = aSpec({ version: { kind: 'name', name: '2.0' } });
const denied = unreadable('AccessDenied');
const untagged = aLive({ tags: read({}), stack: read(aStack({ tags: {} })) });

/** Facts with these versions, or none. */
function withArtifacts(
  spec: Spec,
  live: PresentProduct,
  artifacts: Reading<readonly ArtifactView[]>,
) {
  const resolved = resolveTarget({
    spec,
    live,
    artifacts,
    paths: read(PATHS),
    recordedPath: null,
    productId: read(asProductId('prod-net')),
  });
  return { ...factsFor(spec, live), resolved };
}

const warningsOf = (parts: Partial<AssessInput>) =>
  assessed(parts).warnings.map(({ code }) => code);

describe('the version', () => {
  const deprecated = [
    anArtifact('pa-1', '1.0', { guidance: 'DEPRECATED' }),
    anArtifact('pa-2', '2.0', { guidance: 'DEPRECATED' }),
  ];

  it.each([
    ['stays', bigger],
    ['is new', newer],
  ])('is deprecated and %s: a warning, and the update goes', (_what, spec) => {
    const parts = { spec, facts: withArtifacts(spec, aLive(), read(deprecated)) };
    verdictOf(assessed(parts), 'update');
    expect(warningsOf(parts)).toEqual(['plan/deprecated-version']);
  });

  it.each([
    ['stays', bigger, 'pa-1'],
    ['is new', newer, 'pa-2'],
  ])('is inactive and %s: refused', (_what, spec, id) => {
    const artifacts = [anArtifact('pa-1', '1.0'), anArtifact('pa-2', '2.0')].map((one) =>
      one.id === id ? { ...one, active: false } : one,
    );
    const parts = { spec, facts: withArtifacts(spec, aLive(), read(artifacts)) };
    expect(refusalCodes(assessed(parts))).toEqual(['plan/inactive-version']);
  });

  it('stays, and whether it is active cannot be read: a warning, and the update goes', () => {
    const parts = { spec: bigger, facts: withArtifacts(bigger, aLive(), denied) };
    verdictOf(assessed(parts), 'update');
    expect(warningsOf(parts)).toEqual(['plan/version-unchecked']);
  });

  it('is new, and cannot be read: shown with a warning, and nothing is sent', () => {
    const parts = { spec: newer, facts: withArtifacts(newer, aLive(), denied) };
    const change = assessed(parts);
    expect(verdictOf(change, 'unreadable').why).toContain('AccessDenied');
    expect(warningsOf(parts)).toEqual(['plan/unchecked']);
    expect(change.differences.map(({ label }) => label)).toEqual(['version']);
  });

  it('is new, and what it accepts cannot be read: shown with a warning, and nothing is sent', () => {
    const parts = { spec: newer, facts: { ...factsFor(newer, aLive()), definitions: denied } };
    verdictOf(assessed(parts), 'unreadable');
    expect(warningsOf(parts)).toEqual(['plan/unchecked']);
  });

  it('stays, and what it accepts is told by the stack: a warning, and the update goes', () => {
    const facts = { ...factsFor(bigger, untagged), unchecked: 'AccessDenied' };
    const parts = { spec: bigger, live: untagged, facts };
    verdictOf(assessed(parts), 'update');
    expect(warningsOf(parts)).toEqual(['plan/unchecked']);
  });
});

describe('tags', () => {
  const options = (tagOptions: Readonly<Record<string, readonly string[]>>) => ({
    ...definitionsOf(),
    tagOptions,
  });

  it.each([
    ['a value that the TagOption lists', { team: ['a', 'b'] }, 'update'],
    ['a value that it does not list', { team: ['a'] }, 'refused'],
    ['a key that must not be sent', { team: [] }, 'refused'],
    ['a key that no TagOption governs', { other: ['x'] }, 'update'],
  ] as const)('%s', (_what, tagOptions, verdict) => {
    const spec = aSpec({ tags: { team: 'b' } });
    const facts = factsFor(spec, aLive(), options(tagOptions));
    const change = assessed({ spec, facts });
    expect(change.verdict.kind).toBe(verdict);
    if (verdict === 'refused') expect(refusalCodes(change)).toEqual(['plan/tag-option']);
  });

  it('are not allowed to change: refused', () => {
    const spec = aSpec({ tags: { team: 'b' } });
    const facts = factsFor(spec, aLive(), definitionsOf(undefined, 'notAllowed'));
    expect(refusalCodes(assessed({ spec, facts }))).toEqual(['plan/tags-not-allowed']);
  });
});

describe('owner and launch role', () => {
  const here = 'arn:aws:iam::111122223333:role/a';
  const elsewhere = 'arn:aws:iam::999900001111:role/a';

  it.each<[string, Partial<Spec>, readonly string[]]>([
    ['an owner of the account', { owner: here }, []],
    ['an owner of another account', { owner: elsewhere }, ['properties.owner']],
    ['a launch role of another account', { launchRole: elsewhere }, ['properties.launchRole']],
    [
      'both of another account',
      { owner: elsewhere, launchRole: elsewhere },
      ['properties.owner', 'properties.launchRole'],
    ],
  ])('%s', (_what, parts, fields) => {
    const change = assessed({ spec: aSpec(parts), live: aLive({ launchRole: read(null) }) });
    if (fields.length === 0) {
      verdictOf(change, 'update');
      return;
    }
    const { problems } = verdictOf(change, 'refused');
    expect(problems.map(({ code, field }) => [code, field])).toEqual(
      fields.map((field) => ['plan/foreign-principal', field]),
    );
    expect(problems[0].message).toContain('999900001111');
  });

  const stackArn = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/old/x';
  it.each([
    ['provisioned', { onMissing: 'provision' }],
    ['imported', { adopt: { stackArn } }],
  ] as const)('of what is to be %s are judged by the account of the target', (kind, wish) => {
    const reconcile = { ...aSpec().reconcile, ...wish };
    const judged = (owner: string) => {
      const parameters = { Size: value('big'), Password: value('secret') };
      const spec = aSpec({ owner, reconcile, parameters });
      const creation = factsFor(spec, aLive());
      return assessed({ spec, live: { kind: 'absent' }, creation });
    };
    const { problems } = verdictOf(judged(elsewhere), 'refused');
    expect(problems.map(({ code, field }) => [code, field])).toEqual([
      ['plan/foreign-principal', 'properties.owner'],
    ]);
    verdictOf(judged(here), kind === 'imported' ? 'import' : 'provision');
  });

  it('that are live already are not judged', () => {
    const live = aLive({ owner: read({ arn: elsewhere, sessionArn: null }) });
    verdictOf(assessed({ spec: aSpec({ owner: elsewhere }), live }), 'inSync');
  });
});

describe('the status', () => {
  it.each([
    ['UNDER_CHANGE', 'busy'],
    ['PLAN_IN_PROGRESS', 'busy'],
    ['ERROR', 'refused'],
    ['SOMETHING_NEW', 'busy'],
  ])('%s: %s', (status, verdict) => {
    expect(assessed({ spec: bigger, live: aLive({ status }), entry: anEntry() }).verdict.kind).toBe(
      verdict,
    );
  });
});
