import { sha256 } from '../domain/canonical.ts';
import {
  asToken,
  type Digest,
  type ProvisionedProductId,
  type RecordId,
  type Token,
} from '../domain/ids.ts';
import type { Operation } from '../domain/request.ts';

/** Names the way tokens are made. A change of it never touches an intent that is already open. */
const VERSION = 'tu1';

export interface TokenInput {
  readonly operation: Operation;
  readonly accountId: string;
  readonly region: string;
  /** null: AWS has not given one yet; then the name stands for it. */
  readonly provisionedProductId: ProvisionedProductId | null;
  readonly name?: string;
  readonly requestHash: Digest;
  /** LastRecordId that the change was computed against. */
  readonly base: RecordId | null;
  /** Grows only on proof that AWS answered with an older record. */
  readonly generation: number;
}

/** The idempotency token: the same for the same request on the same base, and for nothing else. */
export function makeToken(input: TokenInput): Token {
  const digest = sha256({
    version: VERSION,
    operation: input.operation,
    accountId: input.accountId,
    region: input.region,
    provisionedProductId: input.provisionedProductId,
    ...(input.provisionedProductId === null ? { name: input.name } : {}),
    requestHash: input.requestHash,
    base: input.provisionedProductId === null ? 'absent' : input.base,
    generation: input.generation,
  });
  return asToken(`${VERSION}-${digest.slice('sha256:'.length)}`);
}
