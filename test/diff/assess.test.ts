import { describe, expect, it } from 'vitest';
import { type AssessInput, needsFacts } from '../../src/diff/assess.ts';
import type { ChangeVerdict } from '../../src/domain/change.ts';
import type { Fingerprints } from '../../src/domain/entry.ts';
import { asArtifactId, asDigest, asProvisionedProductId } from '../../src/domain/ids.ts';
import { notRead, read, unreadable } from '../../src/domain/live.ts';
import type { Spec } from '../../src/domain/spec.ts';
import {
  aDefinition,
  aLive,
  anEntry,
  anIntent,
  aSpec,
  aStack,
  assessed,
  aTainted,
  compared,
  definitionsOf,
  factsFor,
  KEY_ID,
  labelsOf,
  NOW,
  prints,
  rec,
  refusalCodes,
  shown,
  value,
  verdictOf,
} from './build.ts';

const PRESENT = asDigest('hmac:present');
const bigger = aSpec({ parameters: { Size: value('big') } });
const inEffect = { specDigest: PRESENT, revision: 'r1', at: '2026-11-10T00:00:00.000Z' };
const policy = (parts: Partial<Spec['reconcile']>): Spec['reconcile'] => ({
  ...aSpec().reconcile,
  drift: 'correct',
  mode: 'enforce',
  suspend: false,
  ...parts,
});

describe('assess, before anything is compared', () => {
  it('refuses what does not exist, and says so', () => {
    const change = assessed({ live: { kind: 'absent' } });
    expect(refusalCodes(change)).toEqual(['plan/absent']);
    expect(verdictOf(change, 'refused').problems[0].next).toContain(
      'reconcile.onMissing: provision',
    );
  });

  it('says which one that is there may be meant', () => {
    const change = assessed({ live: { kind: 'absent', similar: 'net-payments' } });
    expect(verdictOf(change, 'refused').problems[0].next).toMatch(
      /^did you mean "net-payments"\? If not: correct the name, /,
    );
  });

  it('never takes unreadable for absent', () => {
    const change = assessed({ live: { kind: 'unreadable', why: 'AccessDenied' } });
    expect(verdictOf(change, 'unreadable').why).toBe('AccessDenied');
  });

  it.each<[string, Spec['expect']]>([
    [
      'provisioned product',
      { provisionedProductId: asProvisionedProductId('pp-b'), physicalId: null },
    ],
    ['physical id', { provisionedProductId: null, physicalId: 'arn:other' }],
  ])('refuses another %s than expected, also where nothing differs', (_what, expectation) => {
    expect(refusalCodes(assessed({ spec: aSpec({ expect: expectation }) }))).toEqual([
      'plan/expect-mismatch',
    ]);
  });

  it('accepts what is expected', () => {
    const live = aLive();
    const expectation = { provisionedProductId: live.id, physicalId: live.physicalId };
    verdictOf(assessed({ spec: aSpec({ expect: expectation }), live }), 'inSync');
  });

  it.each(['UNDER_CHANGE', 'PLAN_IN_PROGRESS', 'SOMETHING_NEW'])(
    'compares nothing in status %s',
    (status) => {
      const change = assessed({ spec: bigger, live: aLive({ status }) });
      expect(verdictOf(change, 'busy')).toMatchObject({ status, recordId: 'rec-1', ours: false });
      expect(change.differences).toEqual([]);
    },
  );

  it('calls an open request of ours busy, whatever live says', () => {
    const change = assessed({ spec: bigger, entry: anEntry({ intent: anIntent() }) });
    expect(verdictOf(change, 'busy').ours).toBe(true);
  });

  it('does not wait for a request that was certainly never sent', () => {
    const entry = anEntry({ intent: anIntent({ firstSentAt: null }) });
    verdictOf(assessed({ spec: bigger, entry }), 'update');
  });

  it('leaves alone what is suspended, even if it is absent', () => {
    const spec = aSpec({ ...bigger, reconcile: policy({ suspend: true }) });
    verdictOf(assessed({ spec }), 'suspended');
    verdictOf(assessed({ spec, live: { kind: 'absent' } }), 'suspended');
  });

  it('refuses ERROR with the reason that AWS gave', () => {
    const live = aLive({ status: 'ERROR', statusMessage: 'Create failed' });
    const change = assessed({ live });
    expect(refusalCodes(change)).toEqual(['plan/product-error']);
    expect(verdictOf(change, 'refused').problems[0].message).toContain('Create failed');
  });
});

describe('assess, ERROR of what asks to be recreated', () => {
  const live = aLive({ status: 'ERROR', statusMessage: 'Create failed' });
  const spec = (parts: Partial<Spec['reconcile']> = {}) =>
    aSpec({ reconcile: policy({ onError: 'recreate', ...parts }) });
  const next = (parts: Partial<AssessInput>) =>
    verdictOf(assessed({ live, spec: spec(), ...parts }), 'refused').problems[0].next;

  it.each([
    ['done', { specDigest: PRESENT, entry: anEntry({ recreated: PRESENT }) }, 'recreated once for'],
    // A plan without the journal knows of no recreation, and must not claim one.
    ['never heard of', { specDigest: null }, 'whether it was recreated before cannot be told'],
    [
      'done for some content',
      { specDigest: null, entry: anEntry({ recreated: PRESENT }) },
      'whether that was for this content cannot be told',
    ],
    ['forbidden', { spec: spec({ deletionProtection: true }) }, 'deletionProtection forbids'],
  ] as const)('says what stands against it: %s', (_what, parts, words) => {
    expect(next(parts)).toContain(words);
  });
});

describe('assess, types without live parameter values', () => {
  const account = aLive({
    type: 'CONTROL_TOWER_ACCOUNT',
    physicalId: '444455556666',
    stack: unreadable('AWS returns no parameter values'),
  });
  const newer = aSpec({ version: { kind: 'name', name: '2.0' } });
  const whole = { Size: value('big'), Password: value('p') };

  it('need every parameter of the version for an update', () => {
    const change = assessed({ spec: newer, live: account });
    expect(refusalCodes(change)).toEqual(['plan/all-parameters-needed']);
    expect(verdictOf(change, 'refused').problems[0].message).toContain('Password, Size');
  });

  it('have no previous values', () => {
    const spec = { ...newer, parameters: { ...whole, Size: { kind: 'usePrevious' } as const } };
    expect(refusalCodes(assessed({ spec, live: account }))).toEqual([
      'plan/previous-value-unknown',
    ]);
  });

  it('are updated where the document gives them all', () => {
    const spec = { ...newer, parameters: whole };
    expect(verdictOf(assessed({ spec, live: account }), 'update').steps).toEqual(['update']);
  });

  it('are in sync, and counted, where only values cannot be told', () => {
    const change = assessed({ spec: aSpec({ parameters: whole }), live: account });
    verdictOf(change, 'inSync');
    expect(change.unverified.map(({ label }) => label)).toEqual(['Password', 'Size']);
  });

  it('change owner and launch role without any values', () => {
    const spec = aSpec({ owner: 'arn:aws:iam::111122223333:role/o' });
    expect(verdictOf(assessed({ spec, live: account }), 'update').steps).toEqual(['owner']);
  });

  it('differ where the record of the last update failed, whatever the values were', () => {
    const parameters = { ...whole };
    const records = { last: rec('2'), lastProvisioning: rec('2'), lastSuccessful: rec('1') };
    const live = { ...account, status: 'TAINTED', records };
    const lastResult = {
      kind: 'failed',
      step: 'update',
      recordId: rec('2'),
      base: rec('1'),
      requestHash: asDigest('sha256:other'),
      at: NOW,
      reason: 'no',
    } as const;
    const entry = anEntry({ lastResult, ownRecords: [rec('2')] });
    const change = assessed({ spec: aSpec({ parameters }), live, entry });
    expect(verdictOf(change, 'update').cause).toEqual({ kind: 'document' });
    expect(labelsOf(change)).toEqual(['Password', 'Size']);
  });

  it('are told by fingerprints of every value, which need no stack', () => {
    const fingerprints = { ...prints({ Size: 'big', Password: 'p' }), stackUpdated: null };
    const entry = anEntry({
      fingerprints: {
        ...fingerprints,
        recordId: rec('1'),
        keyId: KEY_ID,
        complete: true,
        values: fingerprints.values ?? {},
        references: {},
      },
    });
    const same = assessed({ spec: aSpec({ parameters: whole }), live: account, entry });
    verdictOf(same, 'inSync');
    expect(same.unverified).toEqual([]);
    const spec = aSpec({ parameters: { ...whole, Size: value('small') } });
    const change = assessed({ spec, live: account, entry });
    verdictOf(change, 'update');
    expect(change.differences).toMatchObject([
      { label: 'Size', desired: { kind: 'text', text: 'small' } },
    ]);
  });

  it('of open source Terraform get one update in ERROR, others none', () => {
    const live = { ...account, type: 'TERRAFORM_OPEN_SOURCE', status: 'ERROR' } as const;
    const spec = aSpec({ parameters: whole });
    expect(verdictOf(assessed({ spec, live }), 'update').cause).toEqual({ kind: 'heal' });
    const entry = anEntry({ healed: PRESENT });
    expect(refusalCodes(assessed({ spec, live, entry }))).toEqual(['plan/product-error']);
    expect(refusalCodes(assessed({ spec, live: { ...live, type: 'EXTERNAL' } }))).toEqual([
      'plan/product-error',
    ]);
  });

  it('are read like a stack where an older account is one', () => {
    const live = aLive({ type: 'CONTROL_TOWER_ACCOUNT' });
    expect(labelsOf(assessed({ spec: bigger, live }))).toEqual(['Size']);
  });

  it('are in sync where all that is declared can be compared and is equal', () => {
    verdictOf(assessed({ live: account, facts: null }), 'inSync');
  });
});

describe('assess, could not be read', () => {
  const gone = unreadable('AccessDenied');

  it('is not in sync where a declared field could not be read', () => {
    const change = assessed({ spec: bigger, live: aLive({ stack: gone }), facts: null });
    expect(verdictOf(change, 'unreadable').why).toBe('Size: AccessDenied');
  });

  it('is in sync if only the recorded path does not tell', () => {
    const spec = aSpec({ path: { kind: 'name', name: 'platform' } });
    const change = assessed({ spec, live: aLive({ path: read(null) }) });
    verdictOf(change, 'inSync');
    expect(change.unreadable.map(({ label }) => label)).toEqual(['path']);
  });

  it.each<[string, Partial<AssessInput>, string]>([
    ['the product facts', { facts: null }, 'what the version accepts was not read'],
    [
      'what the version accepts',
      { facts: { ...factsFor(bigger, aLive()), definitions: gone } },
      'parameters of the version: AccessDenied',
    ],
    [
      'the target of the update',
      {
        facts: {
          resolved: { kind: 'unreadable', why: 'launch paths: AccessDenied' },
          definitions: notRead,
          current: notRead,
          unchecked: null,
        },
      },
      'launch paths: AccessDenied',
    ],
    [
      'the live tags, which an update carries',
      { live: aLive({ tags: gone }) },
      'tags: AccessDenied',
    ],
  ])('sends no update without %s', (_what, parts, why) => {
    expect(verdictOf(assessed({ spec: bigger, ...parts }), 'unreadable').why).toBe(why);
  });

  it('sends no update that rests on a stack that could not be read', () => {
    const spec = aSpec({ tags: { team: 'b' } });
    const change = assessed({ spec, live: aLive({ stack: gone }) });
    expect(verdictOf(change, 'unreadable').why).toBe('stack: AccessDenied');
  });

  it('still changes an owner where the stack could not be read', () => {
    const spec = aSpec({ owner: 'arn:o' });
    expect(
      verdictOf(assessed({ spec, live: aLive({ stack: gone }), facts: null }), 'update').steps,
    ).toEqual(['owner']);
  });
});

describe('assess, what is wanted', () => {
  it('is in sync where nothing differs', () => {
    verdictOf(assessed(), 'inSync');
  });

  it('counts unverified fields and does nothing about them', () => {
    const change = assessed({ spec: aSpec({ parameters: { Password: value('p') } }) });
    verdictOf(change, 'inSync');
    expect(change.unverified.map(({ label }) => label)).toEqual(['Password']);
  });

  it('updates what differs, for the document', () => {
    const change = assessed({ spec: bigger });
    expect(verdictOf(change, 'update')).toMatchObject({
      steps: ['update'],
      cause: { kind: 'document' },
    });
    expect(change).toMatchObject({ base: 'rec-1', keptParameters: 1 });
  });

  it('passes on what the resolution refused', () => {
    const spec = aSpec({ version: { kind: 'name', name: '9.9' } });
    expect(refusalCodes(assessed({ spec }))).toEqual(['plan/unknown-version']);
  });

  it('passes on what preflight refused, and its warnings otherwise', () => {
    const definition = (parts: object) =>
      factsFor(bigger, aLive(), definitionsOf([aDefinition('Size', parts)]));
    expect(
      refusalCodes(assessed({ spec: bigger, facts: definition({ allowedValues: ['small'] }) })),
    ).toEqual(['plan/value-not-allowed']);
    const warned = assessed({ spec: bigger, facts: definition({ allowedPattern: '\\p{L}+' }) });
    verdictOf(warned, 'update');
    expect(warned.warnings.map(({ code }) => code)).toEqual(['plan/pattern-unchecked']);
  });

  it('waits for a stack that is being updated past Service Catalog', () => {
    const live = aLive({ stack: read(aStack({ status: 'UPDATE_IN_PROGRESS' })) });
    expect(verdictOf(assessed({ spec: bigger, live }), 'busy').status).toBe(
      'stack UPDATE_IN_PROGRESS',
    );
  });

  it('warns of a tag that is ours, undeclared and stays, and sends nothing for it', () => {
    const change = assessed({ spec: aSpec({ tags: {} }), entry: anEntry({ ownTags: ['team'] }) });
    verdictOf(change, 'inSync');
    expect(change.warnings.map(({ code }) => code)).toEqual(['plan/tag-not-removed']);
  });

  it('shows that tag as a difference where another tag change takes it away', () => {
    const spec = aSpec({ tags: { cost: '1' } });
    const change = assessed({ spec, entry: anEntry({ ownTags: ['team'] }) });
    expect(labelsOf(change)).toEqual(['tag cost', 'tag team']);
    expect(change.warnings).toEqual([]);
  });
});

describe('assess, causes and policies', () => {
  const known = anEntry({ inEffect, ownRecords: [rec('1')] });

  it('calls it drift where the document is as it was in effect', () => {
    const change = assessed({ spec: bigger, entry: known });
    expect(verdictOf(change, 'update').cause.kind).toBe('drift');
  });

  it.each<[string, Partial<AssessInput>]>([
    [
      'the document changed since',
      { entry: anEntry({ inEffect: { ...inEffect, specDigest: asDigest('hmac:old') } }) },
    ],
    ['nothing is known of it', {}],
    ['there is no key to tell', { entry: known, specDigest: null }],
  ])('calls it the document where %s', (_why, parts) => {
    expect(verdictOf(assessed({ spec: bigger, ...parts }), 'update').cause.kind).toBe('document');
  });

  it.each<[string, Partial<AssessInput>, string]>([
    [
      'a record that is not ours',
      {
        live: aLive({
          records: { last: rec('9'), lastProvisioning: rec('9'), lastSuccessful: rec('9') },
        }),
      },
      "record rec-9 is not trueup's",
    ],
    [
      'a stack updated with no record',
      { live: aLive({ stack: read(aStack({ lastUpdated: '2026-11-20T17:41:09Z' })) }) },
      'stack updated 2026-11-20 17:41 UTC with no new record',
    ],
    [
      'nothing more exact',
      {},
      'live state moved after 2026-11-10 00:00 UTC, when revision r1 was in effect',
    ],
  ])('gives the evidence: %s', (_what, parts, evidence) => {
    const change = assessed({ spec: bigger, entry: known, ...parts });
    expect(verdictOf(change, 'update').cause).toEqual({ kind: 'drift', evidence });
  });

  const reporting = aSpec({ ...bigger, reconcile: policy({ drift: 'report' }) });

  it.each<[string, Partial<AssessInput>, string]>([
    ['drift: report', { spec: reporting, entry: known }, 'drift: report'],
    [
      'mode: observe',
      { spec: aSpec({ ...bigger, reconcile: policy({ mode: 'observe' }) }) },
      'mode: observe',
    ],
    ['run --observe', { spec: bigger, observeOnly: true }, 'run --observe'],
    ['drift and observing', { spec: reporting, entry: known, observeOnly: true }, 'drift: report'],
  ])('only reports under %s', (_policy, parts, reason) => {
    expect(verdictOf(assessed(parts), 'reported').reason).toBe(reason);
  });

  it('acts on a changed document where only drift is reported', () => {
    verdictOf(assessed({ spec: reporting }), 'update');
  });

  it('reports without the product facts, too', () => {
    verdictOf(assessed({ spec: reporting, entry: known, facts: null }), 'reported');
  });
});

describe('assess, what the facts tell', () => {
  const version2 = aSpec({ version: { kind: 'name', name: '2.0' } });

  it('shows what a new version adds and takes away', () => {
    const live = aLive({
      stack: read(aStack({ parameters: { Old: shown('o'), Size: shown('small') } })),
    });
    const definitions = definitionsOf([
      aDefinition('Size'),
      aDefinition('Nat', { defaultValue: 'single' }),
    ]);
    const change = assessed({ spec: version2, live, facts: factsFor(version2, live, definitions) });
    expect(
      change.differences.map(({ label, live: from, desired }) => [label, from, desired]),
    ).toEqual([
      ['version', { kind: 'text', text: '1.0' }, { kind: 'text', text: '2.0' }],
      ['Nat', { kind: 'none', note: 'not in 1.0' }, { kind: 'none', note: 'single (default)' }],
      ['Old', { kind: 'text', text: 'o' }, { kind: 'none', note: 'not in 2.0' }],
    ]);
    expect(change.keptParameters).toBe(1);
  });

  it('shows a new value once the version says that it is no secret', () => {
    const spec = aSpec({ ...version2, parameters: { Nat: value('single') } });
    const facts = (noEcho: boolean) =>
      factsFor(spec, aLive(), definitionsOf([aDefinition('Size'), aDefinition('Nat', { noEcho })]));
    const desired = (noEcho: boolean) =>
      assessed({ spec, facts: facts(noEcho) }).differences.find(({ label }) => label === 'Nat')
        ?.desired;
    expect(desired(false)).toEqual({ kind: 'text', text: 'single' });
    expect(desired(true)).toEqual({ kind: 'hidden' });
  });

  it('hides a value that the target version makes NoEcho, on both sides', () => {
    const spec = aSpec({ ...version2, parameters: { Size: value('big') } });
    const facts = factsFor(spec, aLive(), definitionsOf([aDefinition('Size', { noEcho: true })]));
    expect(JSON.stringify(assessed({ spec, facts }))).not.toMatch(/big|small/);
  });

  it.each<[string, string | null, string[]]>([
    ['equal', 'small', []],
    ['equal but for blanks', ' small', []],
    ['another one', 'medium', ['Size']],
  ])('compares useDefault with the default: %s', (_rule, defaultValue, labels) => {
    const spec = aSpec({ parameters: { Size: { kind: 'useDefault' } } });
    const facts = factsFor(spec, aLive(), definitionsOf([aDefinition('Size', { defaultValue })]));
    expect(labelsOf(assessed({ spec, facts }))).toEqual(labels);
  });

  it.each<[string, Fingerprints, ChangeVerdict['kind'], string[], number]>([
    ['another secret was sent', prints({ Password: 'old' }), 'update', ['Password'], 0],
    ['the default was sent as a value', prints({ Password: 'changeme' }), 'inSync', [], 0],
    ['nothing is known of it', prints({}), 'inSync', [], 1],
    [
      'a value that stands elsewhere was sent',
      { ...prints({}), references: { Password: { reference: 'env:APP_A', version: '1' } } },
      'update',
      ['Password'],
      0,
    ],
    [
      'what was sent runs no more',
      { ...prints({ Password: 'old' }), recordId: rec('0') },
      'inSync',
      [],
      1,
    ],
  ])('compares useDefault of a secret: %s', (_rule, fingerprints, kind, labels, unverified) => {
    const spec = aSpec({ parameters: { Password: { kind: 'useDefault' } } });
    const password = aDefinition('Password', { noEcho: true, defaultValue: 'changeme' });
    const facts = factsFor(spec, aLive(), definitionsOf([aDefinition('Size'), password]));
    const change = assessed({ spec, facts, entry: anEntry({ fingerprints }) });
    verdictOf(change, kind);
    expect(labelsOf(change)).toEqual(labels);
    expect(change.unverified).toHaveLength(unverified);
    expect(JSON.stringify(change)).not.toContain('changeme');
  });

  it('refuses useDefault without a default', () => {
    const spec = aSpec({ parameters: { Size: { kind: 'useDefault' } } });
    expect(refusalCodes(assessed({ spec }))).toEqual(['plan/no-default']);
  });

  it('cannot tell useDefault without the facts', () => {
    const spec = aSpec({ parameters: { Size: { kind: 'useDefault' } } });
    verdictOf(assessed({ spec, facts: null }), 'unreadable');
  });

  it.each<[string, string, string[]]>([
    ['equal', '1.0', []],
    ['another one', '2.0', ['version']],
  ])('compares versions by id where AWS gave no name: %s', (_rule, name, labels) => {
    const spec = aSpec({ version: { kind: 'name', name } });
    const live = aLive({ version: read({ id: asArtifactId('pa-1'), name: null }) });
    expect(labelsOf(assessed({ spec, live, facts: factsFor(spec, live) }))).toEqual(labels);
  });

  it('drops a path that is declared in another way and is the recorded one', () => {
    const spec = aSpec({ path: { kind: 'name', name: 'platform' } });
    const live = aLive({ path: read('lpv2-1' as never) });
    const entry = anEntry({ declaredPath: 'id:lpv2-1' });
    verdictOf(assessed({ spec, live, entry, facts: factsFor(spec, live) }), 'inSync');
  });
});

describe('assess, TAINTED', () => {
  const known = anEntry({ inEffect });

  it('is healed once where nothing differs and the failed record is not ours', () => {
    const change = assessed({ live: aTainted(), entry: known });
    expect(verdictOf(change, 'update')).toMatchObject({
      steps: ['update'],
      cause: { kind: 'heal' },
    });
  });

  it.each<[string, Partial<Parameters<typeof anEntry>[0]>]>([
    ['the failed record is ours', { inEffect, ownRecords: [rec('2')] }],
    ['it was sent for this content before', { inEffect, healed: PRESENT }],
  ])('is left with a warning where %s', (_why, entry) => {
    const change = assessed({ live: aTainted(), entry: anEntry(entry) });
    verdictOf(change, 'inSync');
    expect(change.warnings.map(({ code }) => code)).toEqual(['plan/tainted']);
  });

  it('is healed again for another content', () => {
    const entry = anEntry({ inEffect, healed: asDigest('hmac:old') });
    verdictOf(assessed({ live: aTainted(), entry }), 'update');
  });

  it('is not healed where drift is only reported', () => {
    const spec = aSpec({ reconcile: policy({ drift: 'report' }) });
    expect(
      verdictOf(assessed({ spec, live: aTainted(), entry: known }), 'reported').cause.kind,
    ).toBe('heal');
  });

  it('is healed where a person asks, also after our own failure', () => {
    const entry = anEntry({ inEffect, ownRecords: [rec('2')], healed: PRESENT });
    verdictOf(assessed({ live: aTainted(), entry, asked: true }), 'update');
  });

  it.each(['AVAILABLE', 'TAINTED'])(
    'is not in sync on a broken stack, though nothing differs (%s)',
    (status) => {
      const entry = anEntry({ inEffect, ownRecords: [rec('2')] });
      const stack = read(aStack({ status: 'UPDATE_ROLLBACK_FAILED' }));
      const change = assessed({ live: aTainted({ status, stack }), entry });
      expect(refusalCodes(change)).toEqual(['plan/stack-status']);
      expect(verdictOf(change, 'refused').problems[0].next).toContain('ContinueUpdateRollback');
    },
  );

  it('is in sync while somebody updates the stack to what is declared', () => {
    const stack = read(aStack({ status: 'UPDATE_IN_PROGRESS' }));
    verdictOf(assessed({ live: aLive({ stack }) }), 'inSync');
  });

  it('is not healed while its stack cannot be updated', () => {
    const live = aTainted({ stack: read(aStack({ status: 'UPDATE_ROLLBACK_FAILED' })) });
    const change = assessed({ live, entry: known });
    expect(refusalCodes(change)).toEqual(['plan/stack-status']);
  });
});

describe('needsFacts', () => {
  const needs = (spec: Spec, live = aLive()) => needsFacts(compared({ spec, live }), live);

  it.each<[string, boolean, boolean]>([
    ['nothing differs', needs(aSpec()), false],
    ['an update is needed', needs(bigger), true],
    ['only the owner differs', needs(aSpec({ owner: 'arn:o' })), false],
    [
      'a default is to be compared',
      needs(aSpec({ parameters: { Size: { kind: 'useDefault' } } })),
      true,
    ],
    ['it is TAINTED with no difference', needs(aSpec(), aTainted()), true],
    ['the type cannot be updated anyhow', needs(bigger, aLive({ type: 'EXTERNAL' })), false],
  ])('where %s', (_when, needed, expected) => {
    expect(needed).toBe(expected);
  });
});

describe('assess, the digest of a change', () => {
  const digestOf = (parts: Partial<AssessInput>) => verdictOf(assessed(parts), 'update').digest;

  it('does not move with the line, and moves with base and difference', () => {
    const at = { file: 'other.yaml', line: 7, column: 3 };
    const elsewhere = aSpec({ ...bigger, origin: { at, fields: {} } });
    expect(digestOf({ spec: elsewhere })).toBe(digestOf({ spec: bigger }));
    const later = aLive({
      records: { last: rec('5'), lastProvisioning: rec('1'), lastSuccessful: rec('1') },
    });
    const all = [
      digestOf({ spec: bigger }),
      digestOf({ spec: bigger, live: later }),
      digestOf({ spec: aSpec({ parameters: { Size: value('huge') } }) }),
      digestOf({ spec: aSpec({ ...bigger, owner: 'arn:o' }) }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('tells nothing of a NoEcho value', () => {
    const entry = anEntry({ fingerprints: prints({ Password: 'old' }) });
    const secret = (text: string) => aSpec({ parameters: { Password: value(text) } });
    expect(digestOf({ spec: secret('a'), entry, keyId: KEY_ID })).toBe(
      digestOf({ spec: secret('b'), entry }),
    );
  });
});
