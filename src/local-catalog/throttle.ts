import type { RateLimits } from './behaviour.ts';

interface Bucket {
  tickets: number;
  at: number;
}

/** A token bucket per account, region and operation, on the catalog's own clock. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /** Whether a call may go on; false: it came too fast. */
  allows(limits: RateLimits, place: string, operation: string, now: number): boolean {
    const limit = limits.operations.get(operation) ?? limits.default;
    if (limit === null) return true;
    const key = `${place}/${operation}`;
    const bucket = this.#buckets.get(key) ?? { tickets: limit.burst, at: now };
    const elapsed = Math.max(0, now - bucket.at) / 1000;
    bucket.tickets = Math.min(limit.burst, bucket.tickets + elapsed * limit.perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tickets < 1) return false;
    bucket.tickets -= 1;
    return true;
  }
}
