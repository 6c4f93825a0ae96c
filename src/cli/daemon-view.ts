import { duration } from '../diff/render/words.ts';
import type { DaemonView } from '../domain/status.ts';

/** A heartbeat older than this means that the daemon is gone or stuck. */
const STALE_HEARTBEAT_MS = 90_000;

/** How long a daemon that has not said that it stops gave no sign of life; null: it is alive, or has stopped. */
export function silentMs(
  { stoppedAt, heartbeatAt }: Pick<DaemonView, 'stoppedAt' | 'heartbeatAt'>,
  nowMs: number,
): number | null {
  const ageMs = nowMs - Date.parse(heartbeatAt);
  return stoppedAt === null && ageMs > STALE_HEARTBEAT_MS ? ageMs : null;
}

/** Who carries out what a person has put into the journal. */
export function takenUpBy(daemon: DaemonView | null, nowMs: number): string {
  if (daemon === null || daemon.stoppedAt !== null) return 'the next apply or run takes it up';
  const silent = silentMs(daemon, nowMs);
  return silent === null
    ? `the daemon (pid ${daemon.pid}) takes it up at its next look`
    : `the daemon (pid ${daemon.pid} on ${daemon.host}) gave no sign of life for ${duration(silent)}: if it is gone, the next apply or run takes it up`;
}
