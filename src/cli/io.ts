/** The terminal, as commands see it. Results go to `out`, everything else to `err`. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person sits at both ends, so that a question makes sense. */
  readonly interactive: boolean;
  /** Whether `out` may carry colour: a terminal, and NO_COLOR is not set. */
  readonly colour: boolean;
  /** Width of `out`; 80 where it is not a terminal. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The answer to a question put on `err`; null where the input ended, or `stop` came first. */
  ask(question: string, stop: AbortSignal): Promise<string | null>;
  readInput(): Promise<Uint8Array>;
}

/** Exit codes: 0 as wished, 1 an error, 2 changes with --detailed-exitcode, 128 + n after signal n. */
export type ExitCode = number;
