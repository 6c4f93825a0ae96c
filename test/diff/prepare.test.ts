import { describe, expect, it } from 'vitest';
import { pendingOf } from '../../src/diff/pending.ts';
import { documentOf, makePlan } from '../../src/diff/plan.ts';
import { prepare } from '../../src/diff/prepare.ts';
import { renderPlanMarkdown } from '../../src/diff/render/markdown.ts';
import { renderPlanText } from '../../src/diff/render/text.ts';
import { buildRequest } from '../../src/diff/request.ts';
import { rebuildRequest, requestHash, storeRequest } from '../../src/diff/stored-request.ts';
import { findByRule, ruleKey } from '../../src/diff/version-rule.ts';
import type { ProductEntry } from '../../src/domain/entry.ts';
import { asArtifactId, asDigest } from '../../src/domain/ids.ts';
import { type PresentProduct, read } from '../../src/domain/live.ts';
import type { FromWish, Spec } from '../../src/domain/spec.ts';
import { referenceOf, type SourceVersion, type ValueSource } from '../../src/domain/values.ts';
import {
  ARTIFACTS,
  aLive,
  anArtifact,
  anEntry,
  aSpec,
  aStack,
  assessed,
  compared,
  definitionsOf,
  factsFor,
  fingerprint,
  KEY_ID,
  labelsOf,
  META,
  prints,
  verdictOf,
} from './build.ts';

const OLD = '7f3a90d2-0000-0000-0000-000000000000';
const NEW = 'c29e14b8-0000-0000-0000-000000000000';
const SOURCE: ValueSource = {
  kind: 'secretsManager',
  secretId: 'prod/db',
  key: 'password',
  version: null,
};
const known = (version: string): SourceVersion => ({ kind: 'known', version });
const from = (source: ValueSource, version?: SourceVersion): FromWish =>
  version === undefined ? { kind: 'from', source } : { kind: 'from', source, version };

/** The journal knows that this version of the secret was applied, and that the document was in effect. */
const applied = (version: string, parts: Partial<ProductEntry> = {}): ProductEntry => {
  const base = prints({});
  if (base === null) throw new Error('no prints');
  return anEntry({
    inEffect: { specDigest: asDigest('hmac:present'), revision: 'r', at: '2026-11-01T00:00:00Z' },
    fingerprints: {
      ...base,
      references: { Password: { reference: referenceOf(SOURCE), version } },
    },
    ...parts,
  });
};

const prepared = (
  spec: Spec,
  entry: ProductEntry,
  parts: { readonly version?: SourceVersion; readonly live?: PresentProduct } = {},
) =>
  prepare({
    spec,
    live: parts.live ?? aLive(),
    entry,
    keyId: KEY_ID,
    artifacts: read(ARTIFACTS),
    versions: new Map(parts.version === undefined ? [] : [[referenceOf(SOURCE), parts.version]]),
  });

function judged(
  spec: Spec,
  entry: ProductEntry,
  version: SourceVersion,
  live: PresentProduct = aLive(),
) {
  const ready = prepared(spec, entry, { version, live });
  return assessed({
    spec: ready.spec,
    live,
    entry,
    prepared: ready,
    facts: factsFor(ready.spec, live),
  });
}

const secret = (reconcile: Partial<Spec['reconcile']> = {}, more: Partial<Spec> = {}) => {
  const spec = aSpec({ parameters: { Password: from(SOURCE) }, ...more });
  return { ...spec, reconcile: { ...spec.reconcile, ...reconcile } };
};

describe('a value that stands elsewhere', () => {
  it.each([
    ['the applied version', applied(OLD), known(OLD), 'inSync'],
    ['another version, to be reported', applied(OLD), known(NEW), 'reported'],
    ['not asked for, as in a plan', applied(OLD), { kind: 'unknown', why: 'plan' }, 'inSync'],
    ['missing', applied(OLD), { kind: 'missing', why: 'gone' }, 'refused'],
    ['not readable', applied(OLD), { kind: 'unreadable', why: 'denied' }, 'unreadable'],
    ['unknown to the journal', anEntry(), known(NEW), 'inSync'],
  ] as const)('%s', (_what, entry, version, kind) => {
    expect(judged(secret(), entry, version).verdict.kind).toBe(kind);
  });

  it('blocks what else would be done where it is missing', () => {
    const spec = secret(
      {},
      { parameters: { Size: { kind: 'value', value: 'big' }, Password: from(SOURCE) } },
    );
    expect(judged(spec, applied(OLD), known(OLD)).verdict.kind).toBe('update');
    const change = judged(spec, applied(OLD), { kind: 'missing', why: 'it is gone' });
    expect(verdictOf(change, 'refused').problems).toMatchObject([
      {
        code: 'plan/value-missing',
        field: 'provisioningParameters.Password',
        message: 'secret prod/db, key password: it is gone',
      },
    ]);
  });

  it('is compared by value only where the stack shows it and it was fetched', () => {
    const source: ValueSource = { kind: 'ssmParameter', name: '/p', version: null };
    const wish = { ...from(source, known('3')), value: ' small ' };
    expect(compared({ spec: aSpec({ parameters: { Size: wish } }) }).differences).toEqual([]);
    const other = compared({ spec: aSpec({ parameters: { Size: { ...wish, value: 'other' } } }) });
    expect(other.differences).toMatchObject([
      { label: 'Size', live: { kind: 'hidden' }, desired: { text: 'parameter version 3' } },
    ]);
    const open = compared({ spec: aSpec({ parameters: { Size: from(source, known('3')) } }) });
    expect(open.unverified.map(({ label }) => label)).toEqual(['Size']);
  });

  it('differs from a literal that was applied before, and a literal from it', () => {
    const spec = aSpec({ parameters: { Password: from(SOURCE, known(OLD)) } });
    const literal = anEntry({ fingerprints: prints({ Password: 'p' }) });
    expect(labelsOf(compared({ spec, entry: literal }))).toEqual(['Password']);
    const back = aSpec({ parameters: { Password: { kind: 'value', value: 'p' } } });
    expect(labelsOf(compared({ spec: back, entry: applied(OLD) }))).toEqual(['Password']);
  });

  it('is known by its version where nothing tells the values that run', () => {
    const live = aLive({ type: 'EXTERNAL', stack: { kind: 'unreadable', why: 'no stack' } });
    const entry = applied(OLD);
    const blind: ProductEntry = {
      ...entry,
      fingerprints:
        entry.fingerprints === null
          ? null
          : { ...entry.fingerprints, complete: true, stackUpdated: null },
    };
    const spec = (version: string) =>
      aSpec({ parameters: { Password: from(SOURCE, known(version)) } });
    expect(compared({ spec: spec(OLD), live, entry: blind }).differences).toEqual([]);
    expect(labelsOf(compared({ spec: spec(NEW), live, entry: blind }))).toEqual(['Password']);
    expect(compared({ spec: spec(NEW), live }).unverified).toHaveLength(1);
  });

  it('shows versions in short, and nothing of a keyed digest', () => {
    const change = judged(secret(), applied(OLD), known(NEW));
    expect(change.differences).toMatchObject([
      { live: { text: 'secret 7f3a90d2' }, desired: { text: 'secret c29e14b8' } },
    ]);
    const variable: ValueSource = { kind: 'env', name: 'APP_X' };
    const spec = aSpec({ parameters: { Password: from(variable, known('hmac:1234')) } });
    const entry = anEntry({ fingerprints: prints({ Password: 'literal' }) });
    const { differences } = compared({ spec, entry });
    expect(differences).toMatchObject([{ desired: { kind: 'hidden' } }]);
    expect(JSON.stringify(differences)).not.toContain('1234');
  });
});

describe('a rotation', () => {
  it('is the cause where nothing else differs, and drift where something does', () => {
    const update = judged(secret({ onRotate: 'update' }), applied(OLD), known(NEW));
    expect(verdictOf(update, 'update').cause).toMatchObject({ kind: 'rotated' });
    const size = { Size: { kind: 'value', value: 'big' } as const, Password: from(SOURCE) };
    const both = judged(
      secret({ onRotate: 'update' }, { parameters: size }),
      applied(OLD),
      known(NEW),
    );
    expect(verdictOf(both, 'update').cause).toMatchObject({ kind: 'drift' });
  });

  it('that is only reported keeps the live value in what else is sent, and is a warning there', () => {
    const size = { Size: { kind: 'value', value: 'big' } as const, Password: from(SOURCE) };
    const change = judged(secret({}, { parameters: size }), applied(OLD), known(NEW));
    expect(verdictOf(change, 'update')).toBeDefined();
    expect(labelsOf(change)).toEqual(['Size']);
    expect(change.warnings.map(({ code }) => code)).toEqual(['plan/newer-upstream']);
  });

  it('of another source is a change of the document', () => {
    const other: ValueSource = { ...SOURCE, version: 'AWSPREVIOUS' };
    const spec = aSpec({ parameters: { Password: from(other, known(NEW)) } });
    const change = assessed({
      spec,
      entry: applied(OLD, { inEffect: null }),
      facts: factsFor(spec, aLive()),
    });
    expect(verdictOf(change, 'update').cause).toEqual({ kind: 'document' });
  });
});

describe('a request', () => {
  const spec = aSpec({ parameters: { Password: from(SOURCE, known(NEW)) } });
  const facts = factsFor(spec, aLive());
  const build = () => {
    if (facts.resolved.kind !== 'resolved') throw new Error('not resolved');
    return buildRequest({
      step: 'update',
      spec,
      live: aLive(),
      resolved: facts.resolved,
      definitions: definitionsOf(),
      entry: anEntry(),
      fingerprint,
      comparison: compared({ spec }),
    });
  };
  const filled = (value: string) => {
    const request = build();
    if (!('parameters' in request)) throw new Error('no parameters');
    const parameters = request.parameters.map((one) =>
      one.kind === 'reference' ? { ...one, value } : one,
    );
    return { ...request, parameters };
  };

  it('is stored and hashed by source and version, whether its value was fetched or not', () => {
    expect(requestHash(filled('hunter2'))).toBe(requestHash(build()));
    const stored = storeRequest(filled('hunter2'));
    expect(JSON.stringify(stored)).not.toContain('hunter2');
    expect(stored).toMatchObject({
      parameters: [
        { kind: 'reference', key: 'Password', reference: referenceOf(SOURCE), version: NEW },
        { kind: 'previous', key: 'Size' },
      ],
    });
  });

  it('is rebuilt with the value of that version, or not at all', () => {
    const stored = storeRequest(build());
    expect(rebuildRequest(stored, spec, fingerprint, new Map([['Password', 'hunter2']]))).toEqual(
      filled('hunter2'),
    );
    expect(rebuildRequest(stored, spec, fingerprint)).toBeNull();
  });

  it('leaves behind which version was applied, and keeps what is kept', () => {
    const pending = (entry: ProductEntry, request = build()) =>
      pendingOf({
        step: 'update',
        spec,
        live: aLive(),
        entry,
        request,
        fingerprint,
        keyId: KEY_ID,
      });
    const reference = { reference: referenceOf(SOURCE), version: NEW };
    expect(pending(anEntry()).references).toEqual({ Password: reference });
    const keeping = build();
    if (!('parameters' in keeping)) throw new Error('no parameters');
    const kept = {
      ...keeping,
      parameters: [{ kind: 'previous', key: 'Password' } as const],
    };
    expect(pending(applied(OLD), kept).references).toEqual({
      Password: { reference: referenceOf(SOURCE), version: OLD },
    });
    expect(pending(anEntry(), kept).references).toEqual({});
  });
});

describe('a rule for the version', () => {
  const at = (day: number) => ({ createdAt: `2026-01-0${day}T00:00:00.000Z` });
  const versions = [
    anArtifact('pa-1', '1.4.0', at(1)),
    anArtifact('pa-2', 'v1.10.0', at(2)),
    anArtifact('pa-3', '1.9.0', at(3)),
    anArtifact('pa-4', '2.0.0-rc.1', at(4)),
    anArtifact('pa-5', '1.11.0', { ...at(5), guidance: 'DEPRECATED' }),
    anArtifact('pa-6', '1.12.0', { ...at(6), active: false }),
    anArtifact('pa-7', 'v3', at(7)),
    anArtifact('pa-8', 'summer', at(8)),
  ];

  it.each([
    ['^1.4', 'v1.10.0'],
    ['1.9.x', '1.9.0'],
    ['>=2.0.0-0 <3', '2.0.0-rc.1'],
    ['^2', null],
    ['*', 'v3'],
    ['^1.11', null],
  ])('%s finds %s', (range, name) => {
    expect(findByRule({ kind: 'semver', range }, versions)?.name ?? null).toBe(name);
    expect(findByRule({ kind: 'semver', range }, versions.toReversed())?.name ?? null).toBe(name);
  });

  it('latest is by creation, of equal ones the same one always', () => {
    expect(findByRule({ kind: 'latest' }, versions)?.name).toBe('summer');
    const twins = [anArtifact('pa-a', 'a', at(1)), anArtifact('pa-b', 'b', at(1))];
    expect(findByRule({ kind: 'latest' }, twins)).toEqual(
      findByRule({ kind: 'latest' }, twins.toReversed()),
    );
    expect(findByRule({ kind: 'latest' }, [])).toBeNull();
  });

  const ruled = (reconcile: Partial<Spec['reconcile']> = {}) => {
    const spec = aSpec({ version: null, versionRule: { kind: 'latest' } });
    return { ...spec, reconcile: { ...spec.reconcile, ...reconcile } };
  };
  const rememberedAs = (artifactId: string): ProductEntry =>
    anEntry({
      appliedVersion: { rule: ruleKey(ruled()) ?? '', artifactId: asArtifactId(artifactId) },
    });

  it.each([
    ['nothing applied yet', anEntry(), {}, 'pa-2', 0],
    ['the same as before', rememberedAs('pa-2'), {}, 'pa-2', 0],
    ['another than before', rememberedAs('pa-1'), {}, 'pa-1', 1],
    [
      'another than before, to be updated',
      rememberedAs('pa-1'),
      { onNewVersion: 'update' },
      'pa-2',
      0,
    ],
    ['before is gone', rememberedAs('pa-0'), {}, 'pa-2', 0],
  ] as const)('%s', (_what, entry, reconcile, id, held) => {
    const ready = prepared(ruled(reconcile), entry);
    expect(ready.spec.version).toEqual({ kind: 'id', id });
    expect(ready.held).toHaveLength(held);
    expect(ready.block).toBeNull();
  });

  it('is a plan that says so, in every form', () => {
    const spec = ruled();
    const live = aLive();
    const entry: ProductEntry = {
      ...rememberedAs('pa-1'),
      inEffect: { specDigest: asDigest('hmac:present'), revision: 'r', at: '2026-11-01T00:00:00Z' },
    };
    const ready = prepared(spec, entry);
    const facts = factsFor(ready.spec, live);
    const change = assessed({ spec: ready.spec, live, entry, prepared: ready, facts });
    const made = makePlan({
      targets: [
        { name: spec.target, accountId: null, region: 'r', unreadable: null, changes: [change] },
      ],
      documents: [documentOf(spec, 'all')],
      problems: [],
    });
    const text = renderPlanText({ ...made, meta: META }, { detailedExitcode: true });
    expect(text).toContain('1 with something newer');
    expect(text).toContain('Something newer, only reported (1)');
    expect(text).toMatch(/version +1\.0 +!= {2}2\.0 \(latest\)/);
    expect(text).toContain('next:  set reconcile.onNewVersion to update');
    expect(text).toContain('exit 0: there is nothing to change');
    const markdown = renderPlanMarkdown({ ...made, meta: META });
    expect(markdown).toContain('something newer, only reported');
    expect(markdown).toContain('latest finds version 2.0');
  });
});

describe('what is ignored', () => {
  it('does not hide a secret from what is masked, and is not looked at where nothing is live', () => {
    const spec = secret({ ignore: [['provisioningParameters', 'Password']] });
    const ready = prepared(spec, anEntry(), { version: { kind: 'missing', why: 'gone' } });
    expect(ready.block).toBeNull();
    expect(Object.keys(ready.spec.parameters)).toEqual([]);
    const absent = prepare({
      spec,
      live: { kind: 'absent' },
      entry: anEntry(),
      keyId: KEY_ID,
      artifacts: read(ARTIFACTS),
      versions: new Map([[referenceOf(SOURCE), known(NEW)]]),
    });
    expect(Object.keys(absent.spec.parameters)).toEqual(['Password']);
  });

  it.each([
    [['tags'], { tags: { team: 'z' } }],
    [['tags', 'team'], { tags: { team: 'z' } }],
    [['properties', 'owner'], { owner: 'arn:aws:iam::111122223333:role/other' }],
    [['properties'], { owner: 'arn:x', launchRole: 'arn:y' }],
    [['productName'], { product: { kind: 'name', name: 'other' } }],
    [['provisioningArtifactName'], { version: { kind: 'name', name: '9' } }],
    [['provisioningParameters'], { parameters: { Size: { kind: 'value', value: 'z' } } }],
  ] as const)('%j never differs', (steps, parts) => {
    const base = aSpec(parts as Partial<Spec>);
    const live = aLive({ launchRole: read(null), stack: read(aStack()) });
    expect(compared({ spec: base, live }).differences.length).toBeGreaterThan(0);
    const spec = { ...base, reconcile: { ...base.reconcile, ignore: [steps] } };
    const ready = prepared(spec, anEntry(), { live });
    expect(compared({ spec: ready.spec, live }).differences).toEqual([]);
  });

  it('keeps a tag that is ours as it is live', () => {
    const spec = aSpec({ tags: { other: 'x' } });
    const ignoring = { ...spec, reconcile: { ...spec.reconcile, ignore: [['tags', 'team']] } };
    const ready = prepared(ignoring, anEntry({ ownTags: ['team'] }));
    expect({ ...ready.spec.tags }).toEqual({ other: 'x', team: 'a' });
    expect({ ...prepared(ignoring, anEntry()).spec.tags }).toEqual({ other: 'x' });
  });
});
