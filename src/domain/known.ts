import type { ProductKey, ProvisionedProductId, RecordId, TargetName } from './ids.ts';

/** The last good document of a provisioned product, without its content. */
export interface KnownDocument {
  readonly key: ProductKey;
  readonly name: string;
  readonly file: string;
  readonly digest: string;
  /** What it asked for without its name, by a keyed digest: tells a rename. '' in old rows. */
  readonly content: string;
  /** What freezes and windows go by once it is gone; null in rows of earlier versions: not known. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly policies: KnownPolicies;
  /** As last read while the document was there; null: it did not exist, or could not be read. */
  readonly provisionedProductId: ProvisionedProductId | null;
  readonly lastRecordId: RecordId | null;
  /** Its name in AWS, as last seen; null: not seen. Another document may mean it by that. */
  readonly called: string | null;
  readonly dependsOn: readonly { readonly target: TargetName; readonly key: ProductKey }[];
  /** null: the document is there. */
  readonly gone: Gone | null;
  /** What seemed to be its new name when it could not be told yet that it is gone. */
  readonly mayBe: NewName | null;
}

/** A document that came when another one went, and asked for the same. */
export interface NewName {
  readonly key: ProductKey;
  readonly name: string;
}

/** What a document said about its own end. */
export interface KnownPolicies {
  readonly prune: 'never' | 'terminate' | 'retain';
  readonly deletionProtection: boolean;
  /** It was suspended or only observed, or meant another one: then its removal changes nothing either. */
  readonly handsOff: boolean;
}

/** Since when a document has been missing. */
export interface Gone {
  /** Wall time, ISO 8601, of the first complete read of the directory without it. */
  readonly since: string;
  readonly revision: string;
  /** It came in the same revision, or was taken for its new name before. */
  readonly renamedTo: NewName | null;
}
