/** How one pass over one provisioned product ended. Exactly one of these; waiting is not failing. */
export type Outcome =
  /** Nothing to do, or done. */
  | { readonly kind: 'settled' }
  /**
   * Nothing was begun: the next review queues it again, or the end of what it waits for. What a
   * person asked for stays asked for.
   */
  | { readonly kind: 'left' }
  /** Look again after this long; never grows a backoff. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly why: string }
  /** A transient error; grows the backoff. */
  | { readonly kind: 'retry'; readonly error: string }
  /** Needs a change or a person. */
  | { readonly kind: 'stalled'; readonly reason: string };
