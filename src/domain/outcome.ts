/** How one pass over one provisioned product ended. Exactly one of these; waiting is not failing. */
export type Outcome =
  /** Nothing to do, or done. */
  | { readonly kind: 'settled' }
  /** Look again after this long; never grows a backoff. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly why: string }
  /** A transient error; grows the backoff. */
  | { readonly kind: 'retry'; readonly error: string }
  /** Needs a change or a person. */
  | { readonly kind: 'stalled'; readonly reason: string };
