/**
 * What the reconciler needs from the world stands in this folder. Adapters implement it; the
 * simulation answers it. Nothing below reads a clock, a file, a socket or chance by itself.
 */
import type { Digest } from '../../domain/ids.ts';

export interface Clock {
  /** Wall time, ms since the epoch: for what is stored and shown. May jump. */
  now(): number;
  /** Monotonic ms: for rates, delays and timeouts. Never goes back. */
  monotonic(): number;
  /** Resolves after `ms` of monotonic time; resolves early, without error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance, for jitter only: 0 ≤ x < 1. */
export type Random = () => number;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** `event` is stable (`update.accepted`); people and alerts match on it. */
export interface Log {
  write(
    level: LogLevel,
    event: string,
    fields: Readonly<Record<string, unknown>>,
    message?: string,
  ): void;
}

/** Keyed digests of values that must not be stored. */
export interface Fingerprinter {
  /** Names the key without revealing it. */
  readonly keyId: string;
  digest(scope: readonly string[], value: string): Digest;
}
