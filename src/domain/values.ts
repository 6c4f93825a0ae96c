/** Where `valueFrom` finds the value of a parameter. `null`: not declared. */
export type ValueSource =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** `version`: a number or a label; null: the newest. */
  | { readonly kind: 'ssmParameter'; readonly name: string; readonly version: string | null }
  | {
      readonly kind: 'secretsManager';
      readonly secretId: string;
      /** The member to take of a secret that is a JSON object; null: the whole secret. */
      readonly key: string | null;
      /** An id or a stage; null: AWSCURRENT. */
      readonly version: string | null;
    };

/** What `valueFrom` may read. Empty: nothing. */
export interface ValueAllowances {
  /** Prefixes of names of environment variables. */
  readonly env: readonly string[];
  /** Directories below which files may be read. */
  readonly files: readonly string[];
  /** Prefixes of names of secrets in Secrets Manager. */
  readonly secretsManager: readonly string[];
  /** Prefixes of names of parameters in Parameter Store. */
  readonly ssmParameters: readonly string[];
}

export const NO_VALUES_ALLOWED: ValueAllowances = {
  env: [],
  files: [],
  secretsManager: [],
  ssmParameters: [],
};

/**
 * A source as one text: equal for equal sources and for no others. It stands in requests and in the
 * journal in place of the value.
 */
export function referenceOf(source: ValueSource): string {
  switch (source.kind) {
    case 'env':
      return JSON.stringify(['env', source.name]);
    case 'file':
      return JSON.stringify(['file', source.path]);
    case 'ssmParameter':
      return JSON.stringify(['ssmParameter', source.name, source.version]);
    case 'secretsManager':
      return JSON.stringify(['secretsManager', source.secretId, source.key, source.version]);
    default:
      return source satisfies never;
  }
}

/** What is rotated as a whole: the keys of one secret go together. */
export function rotatedWith(source: ValueSource): string {
  return referenceOf(source.kind === 'secretsManager' ? { ...source, key: null } : source);
}

/** A source as people call it. */
export function sourceLabel(source: ValueSource): string {
  switch (source.kind) {
    case 'env':
      return `environment variable ${source.name}`;
    case 'file':
      return `file ${source.path}`;
    case 'ssmParameter':
      return `parameter ${source.name}${source.version === null ? '' : `:${source.version}`}`;
    case 'secretsManager': {
      const key = source.key === null ? '' : `, key ${source.key}`;
      return `secret ${source.secretId}${key}${source.version === null ? '' : `, version ${source.version}`}`;
    }
    default:
      return source satisfies never;
  }
}

/**
 * What is known of a source before its value is fetched. A version names a value without giving it
 * away: a version number, a version id, or a keyed digest where the source has no versions.
 */
export type SourceVersion =
  | { readonly kind: 'known'; readonly version: string }
  /** Not asked for in this pass, as in a plan, which reads no values. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** It is certainly not there, or not as the document says: a person is needed. */
  | { readonly kind: 'missing'; readonly why: string }
  /** It could not be read now. */
  | { readonly kind: 'unreadable'; readonly why: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A version as people see it: as short as it still tells versions apart, and nothing of a digest of a value. */
export function versionShown(source: ValueSource, version: string): string | null {
  switch (source.kind) {
    case 'env':
    case 'file':
      return null;
    case 'ssmParameter':
      return `parameter version ${version}`;
    case 'secretsManager':
      return `secret ${UUID.test(version) ? version.slice(0, 8) : version}`;
    default:
      return source satisfies never;
  }
}

/** A version by a rule over the active versions of the product that are not deprecated. */
export type VersionRule =
  | { readonly kind: 'latest' }
  | { readonly kind: 'semver'; readonly range: string };

export function ruleText(rule: VersionRule): string {
  return rule.kind === 'latest' ? 'latest' : `semver ${rule.range}`;
}
