import { describe, expect, it } from 'vitest';
import { type Resolution, type ResolveInput, resolveTarget } from '../../src/diff/resolve.ts';
import { asArtifactId, asPathId, asProductId } from '../../src/domain/ids.ts';
import { notRead, read, unreadable } from '../../src/domain/live.ts';
import { ARTIFACTS, aLive, anArtifact, aPath, aSpec, PATHS } from './build.ts';

function resolved(parts: Partial<ResolveInput> = {}): Resolution {
  return resolveTarget({
    spec: aSpec(),
    live: aLive(),
    artifacts: read(ARTIFACTS),
    paths: read(PATHS),
    recordedPath: null,
    productId: read(asProductId('prod-net')),
    ...parts,
  });
}

/** `pa-1 lpv2-1`, or the codes of the problems, or why it is unreadable. */
function told(resolution: Resolution): string {
  switch (resolution.kind) {
    case 'resolved':
      return `${resolution.artifactId} ${resolution.pathId}`;
    case 'refused':
      return resolution.problems.map(({ code }) => code).join(' ');
    case 'unreadable':
      return `unreadable ${resolution.why}`;
    default:
      return resolution satisfies never;
  }
}

function refusal(resolution: Resolution): string {
  if (resolution.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(resolution)}`);
  return resolution.problems.map(({ message }) => message).join(' ');
}

const byName = (name: string) => ({ kind: 'name', name }) as const;
const two = read([...PATHS, aPath('lpv2-2', 'sandbox')]);
const twins = read([anArtifact('pa-8', '2.0'), anArtifact('pa-9', '2.0')]);
const gone = unreadable('AccessDenied');

describe('resolveTarget, version', () => {
  it.each<[string, Partial<ResolveInput>, string]>([
    ['by name', { spec: aSpec({ version: byName('2.0') }) }, 'pa-2 lpv2-1'],
    [
      'by id',
      { spec: aSpec({ version: { kind: 'id', id: asArtifactId('pa-2') } }) },
      'pa-2 lpv2-1',
    ],
    ['not declared: the live one', { spec: aSpec({ version: null }) }, 'pa-1 lpv2-1'],
    ['the live one by name needs no listing', { artifacts: notRead }, 'pa-1 lpv2-1'],
    [
      'the live one keeps its id where another bears its name',
      { artifacts: read([...ARTIFACTS, anArtifact('pa-3', '1.0')]) },
      'pa-1 lpv2-1',
    ],
    [
      'a live one that is no longer listed is kept',
      { spec: aSpec({ version: null }), artifacts: read([]) },
      'pa-1 lpv2-1',
    ],
    ['unknown name', { spec: aSpec({ version: byName('3.0') }) }, 'plan/unknown-version'],
    [
      'unknown id',
      { spec: aSpec({ version: { kind: 'id', id: asArtifactId('pa-7') } }) },
      'plan/unknown-version',
    ],
    [
      'a name is not a number',
      { spec: aSpec({ version: byName('2.00') }) },
      'plan/unknown-version',
    ],
    [
      'twice the same name',
      { spec: aSpec({ version: byName('2.0') }), artifacts: twins },
      'plan/ambiguous-version',
    ],
    [
      'of two with one name, the active one',
      {
        spec: aSpec({ version: byName('2.0') }),
        artifacts: read([anArtifact('pa-8', '2.0', { active: false }), anArtifact('pa-9', '2.0')]),
      },
      'pa-9 lpv2-1',
    ],
    [
      'inactive',
      {
        spec: aSpec({ version: byName('2.0') }),
        artifacts: read([anArtifact('pa-2', '2.0', { active: false })]),
      },
      'plan/inactive-version',
    ],
    [
      'the live one, inactive meanwhile',
      {
        spec: aSpec({ version: null }),
        artifacts: read([anArtifact('pa-1', '1.0', { active: false })]),
      },
      'plan/inactive-version',
    ],
    [
      'not declared, for another product',
      { spec: aSpec({ version: null }), productId: read(asProductId('prod-other')) },
      'plan/version-needed',
    ],
    [
      'the live name counts for the live product only',
      { productId: read(asProductId('prod-other')), artifacts: read([anArtifact('pa-o', '1.0')]) },
      'pa-o lpv2-1',
    ],
    [
      'listing not readable',
      { spec: aSpec({ version: byName('2.0') }), artifacts: gone },
      'unreadable versions: AccessDenied',
    ],
    [
      'live version not readable',
      { spec: aSpec({ version: null }), live: aLive({ version: gone }) },
      'unreadable version: AccessDenied',
    ],
  ])('%s', (_rule, input, expected) => {
    expect(told(resolved(input))).toBe(expected);
  });

  it('names the candidates, newest first, inactive ones left out', () => {
    const artifacts = read([...ARTIFACTS, anArtifact('pa-0', '0.9', { active: false })]);
    const message = refusal(resolved({ spec: aSpec({ version: byName('3.0') }), artifacts }));
    expect(message).toBe(
      'the product has no version "3.0" (active versions: 2.0 (pa-2), 1.0 (pa-1))',
    );
    const twice = refusal(resolved({ spec: aSpec({ version: byName('2.0') }), artifacts: twins }));
    expect(twice).toBe('"2.0" is the name of 2 versions: pa-8, pa-9');
  });
});

describe('resolveTarget, path', () => {
  it.each<[string, Partial<ResolveInput>, string]>([
    ['the only one', {}, 'pa-1 lpv2-1'],
    ['by name', { spec: aSpec({ path: byName('sandbox') }), paths: two }, 'pa-1 lpv2-2'],
    [
      'by id',
      { spec: aSpec({ path: { kind: 'id', id: asPathId('lpv2-2') } }), paths: two },
      'pa-1 lpv2-2',
    ],
    [
      'declared goes before recorded',
      { spec: aSpec({ path: byName('sandbox') }), paths: two, recordedPath: asPathId('lpv2-1') },
      'pa-1 lpv2-2',
    ],
    ['several: the recorded one', { paths: two, recordedPath: asPathId('lpv2-2') }, 'pa-1 lpv2-2'],
    [
      'several, the recorded one not visible',
      { paths: two, recordedPath: asPathId('lpv2-9') },
      'plan/path-needed',
    ],
    ['several and nothing known', { paths: two }, 'plan/path-needed'],
    ['declared and not visible', { spec: aSpec({ path: byName('other') }) }, 'plan/unknown-path'],
    [
      'a name of two',
      {
        spec: aSpec({ path: byName('platform') }),
        paths: read([...PATHS, aPath('lpv2-3', 'platform')]),
      },
      'plan/ambiguous-path',
    ],
    ['none at all', { paths: read([]) }, 'plan/no-path'],
    ['not readable', { paths: gone }, 'unreadable launch paths: AccessDenied'],
  ])('%s', (_rule, input, expected) => {
    expect(told(resolved(input))).toBe(expected);
  });

  it('names the paths that there are', () => {
    expect(refusal(resolved({ paths: two }))).toContain('platform (lpv2-1), sandbox (lpv2-2)');
  });
});

describe('resolveTarget', () => {
  it('refuses a product that is not visible', () => {
    expect(told(resolved({ productId: read(null) }))).toBe('plan/unknown-product');
  });

  it('cannot be told where the product could not be read', () => {
    expect(told(resolved({ productId: gone }))).toBe('unreadable product: AccessDenied');
  });

  it('reports everything that is refused at once', () => {
    const spec = aSpec({ version: byName('3.0'), path: byName('other') });
    expect(told(resolved({ spec }))).toBe('plan/unknown-version plan/unknown-path');
  });

  it('does not refuse on half of the facts', () => {
    const spec = aSpec({ version: byName('3.0') });
    expect(told(resolved({ spec, paths: gone }))).toBe('unreadable launch paths: AccessDenied');
  });
});
