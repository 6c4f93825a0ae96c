/** Bounds on untrusted text. Each is checked before the work that it bounds. */
export interface Limits {
  /** Bytes of one file. */
  readonly bytes: number;
  /** Documents in one file. */
  readonly documents: number;
}

export const FILE_LIMITS: Limits = { bytes: 1024 * 1024, documents: 1_000 };

/** Standard input carries a whole rendered estate, not one file of it. */
export const STREAM_LIMITS: Limits = { bytes: 32 * 1024 * 1024, documents: 20_000 };

/** Mappings and lists inside each other, aliases followed. */
export const MAX_DEPTH = 64;

/** Nodes of one document that are reached through aliases, each use counted. */
export const MAX_ALIASED_NODES = 10_000;

/** Anchors, tags and directives in one file. */
export const MAX_MARKS = 10_000;

/** Syntax errors in one file before the rest of it is left unread. */
export const MAX_SYNTAX_ERRORS = 100;

/** Problems listed for one document. */
export const MAX_PROBLEMS = 100;
