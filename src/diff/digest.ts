import { canonicalJson, type Json, sha256 } from '../domain/canonical.ts';
import { asDigest, type Digest } from '../domain/ids.ts';
import type { ByIdOrName, Spec } from '../domain/spec.ts';
import type { VersionRule } from '../domain/values.ts';
import { byText } from './normalize.ts';
import { preferencesJson } from './preferences-json.ts';

/** In the place of a value that may be a secret. No wish has this shape. */
const MASK: Json = { masked: true };

const VERSION = 'trueup-spec-1';

/**
 * Digest of what a document asks for, for the journal. It covers every value, secrets included, so
 * it must be made with a key: `hmacOf` digests a text under the fingerprint key. It names that key
 * and its own version, because next to one that was made otherwise it says nothing.
 */
export function specDigest(spec: Spec, keyId: string, hmacOf: (text: string) => Digest): Digest {
  return asDigest(`${hmacOf(canonicalJson(content(spec, () => false)))}#${VERSION}.${keyId}`);
}

/**
 * Whether a document asks for what it asked for when the journal wrote its digest. `unknown`: it was
 * made with another key. That is neither the same nor a change.
 */
export function likenessOf(stored: Digest, present: Digest): 'same' | 'other' | 'unknown' {
  if (stored === present) return 'same';
  return makingOf(stored) === makingOf(present) ? 'other' : 'unknown';
}

function makingOf(digest: Digest): string | undefined {
  return digest.split('#')[1];
}

/**
 * Digest of what a document asks for, for plans, which anybody may read: the values of `hidden`
 * parameters (or of all, where nothing is known about them) do not enter it.
 */
export function publicSpecDigest(spec: Spec, hidden: ReadonlySet<string> | 'all'): Digest {
  return sha256(content(spec, (key) => hidden === 'all' || hidden.has(key)));
}

/** What is asked for; how trueup may act on it and where it is written are no part of it. */
function content(spec: Spec, masked: (key: string) => boolean): Json {
  const parameters = Object.entries(spec.parameters).map(([key, wish]) => {
    const secret = wish.kind === 'value' && masked(key);
    const said =
      wish.kind === 'from' ? { kind: wish.kind, source: { ...wish.source } } : { ...wish };
    return { key, wish: secret ? MASK : said };
  });
  const tags = Object.entries(spec.tags ?? {}).map(([key, value]) => ({ key, value }));
  return {
    version: VERSION,
    target: spec.target,
    key: spec.key,
    product: byIdOrName(spec.product),
    artifact: spec.versionRule === null ? byIdOrName(spec.version) : ruleJson(spec.versionRule),
    path: byIdOrName(spec.path),
    parameters: parameters.sort((a, b) => byText(a.key, b.key)),
    ...(spec.preferences === null ? {} : { preferences: preferencesJson(spec.preferences) }),
    ...(spec.stackInstances === null ? {} : { stackInstances: { ...spec.stackInstances } }),
    tags: spec.tags === null ? null : tags.sort((a, b) => byText(a.key, b.key)),
    owner: spec.owner,
    launchRole: spec.launchRole,
    acceptLanguage: spec.acceptLanguage,
    expect: { ...spec.expect },
  };
}

function byIdOrName(wish: ByIdOrName<string> | null): Json {
  return wish === null ? null : { ...wish };
}

/** What was found is no part of what is asked for. */
function ruleJson(rule: VersionRule): Json {
  return rule.kind === 'semver' ? { kind: rule.kind, range: rule.range } : { kind: rule.kind };
}
