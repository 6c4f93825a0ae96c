import type { SourceVersion, ValueSource } from '../../domain/values.ts';

export interface WantedValue {
  readonly source: ValueSource;
  /** Exactly this version; null: the one that the document means. */
  readonly version: string | null;
}

export type Fetched =
  | { readonly kind: 'read'; readonly value: string; readonly version: string }
  /** Certainly not there, or not as the document says: a person is needed. */
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * Where `valueFrom` reads, for one target. Answers come in the order of the questions; neither
 * function rejects, and no value stands in any `why`.
 */
export interface Values {
  /** Never hands a value on. A plan's adapter does not look at variables and files at all. */
  versions(sources: readonly ValueSource[]): Promise<readonly SourceVersion[]>;
  fetch(wanted: readonly WantedValue[]): Promise<readonly Fetched[]>;
}

export type ParameterSource = Extract<ValueSource, { kind: 'ssmParameter' }>;

export type SecretSource = Extract<ValueSource, { kind: 'secretsManager' }>;

/** Parameter Store and Secrets Manager of one target. Reads take rate tickets and are batched. */
export interface RemoteValues {
  parameterVersions(sources: readonly ParameterSource[]): Promise<readonly SourceVersion[]>;
  secretVersions(sources: readonly SecretSource[]): Promise<readonly SourceVersion[]>;
  parameters(
    wanted: readonly { readonly source: ParameterSource; readonly version: string | null }[],
  ): Promise<readonly Fetched[]>;
  secrets(
    wanted: readonly { readonly source: SecretSource; readonly version: string | null }[],
  ): Promise<readonly Fetched[]>;
}
