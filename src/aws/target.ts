import type { Clock, Log, Random } from '../reconciler/ports/runtime.ts';
import type { WireHandler } from './wire.ts';

/** Where one target is, and as whom it is reached. */
export interface AwsTarget {
  readonly name: string;
  /** `null`: whatever the SDK's chain gives (AWS_REGION, the profile). */
  readonly region: string | null;
  /** `null`: the credentials are used as they are. */
  readonly roleArn: string | null;
  readonly externalId: string | null;
  readonly sessionName: string;
}

/** Permission to make one call; a rate gate gives them. */
export interface Tickets {
  take(signal?: AbortSignal): Promise<void>;
}

export interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface CatalogOptions {
  readonly target: AwsTarget;
  /**
   * One endpoint for all services. Together with `credentials` nothing of the user's environment,
   * profiles or configuration files is looked at.
   */
  readonly endpoint?: string;
  /** Absent: the SDK's own chain. */
  readonly credentials?: StaticCredentials;
  /** Tickets for reads; `send` takes none, because writes are paced by their caller. */
  readonly reads: {
    readonly serviceCatalog: Tickets;
    readonly cloudFormation: Tickets;
    /** Parameter Store and Secrets Manager as well. */
    readonly sts: Tickets;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Carries the requests in place of sockets. */
  readonly requestHandler?: WireHandler;
}
