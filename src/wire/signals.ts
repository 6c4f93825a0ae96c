/** Ends a command in order: the first signal aborts, a second one or the time limit ends the process. */
export interface ShutDown {
  readonly signal: AbortSignal;
  /** 128 + n after signal n, or null if none came. */
  readonly exitCode: () => number | null;
  /** Ends the command as the first signal would. */
  now(): void;
  release(): void;
}

const NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 2, SIGTERM: 15 };

const codeOf = (signal: NodeJS.Signals): number => 128 + (NUMBERS[signal] ?? 15);

/** `timeoutMs`: how long the command may take to end by itself after the first signal. */
export function shutDownOn(signals: readonly NodeJS.Signals[], timeoutMs?: number): ShutDown {
  const abort = new AbortController();
  let received: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    if (received !== null) process.exit(codeOf(signal));
    received = signal;
    abort.abort();
    // What is in flight is in the journal: the next start takes it up.
    if (timeoutMs !== undefined) setTimeout(() => process.exit(0), timeoutMs).unref();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: abort.signal,
    exitCode: () => (received === null ? null : codeOf(received)),
    now: () => abort.abort(),
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
