/** One file of a snapshot. */
export interface SourceFile {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One revision, read whole. `unreadable` files are named, never silently left out. */
export interface Snapshot {
  /** git-sync: the commit hash; else `sha256:` and 12 digits of the content digest. */
  readonly revision: string;
  readonly digest: string;
  readonly files: readonly SourceFile[];
  readonly unreadable: readonly {
    readonly path: string;
    readonly why: string;
    readonly code: 'source/unreadable-file' | 'source/link-escapes' | 'source/file-too-large';
  }[];
}

export type SnapshotResult =
  | { readonly kind: 'ok'; readonly snapshot: Snapshot }
  /** Missing, empty, half-written or unreadable: keep the last good revision, remove nothing. */
  | { readonly kind: 'unavailable'; readonly why: string };

export interface Source {
  read(): Promise<SnapshotResult>;
  /** Calls back, debounced, when the directory may have changed. It may be wrong, never silent for long. */
  watch(onHint: () => void): Promise<{ close(): Promise<void> }>;
}
