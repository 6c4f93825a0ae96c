import type { AccountId, ProductKey, RecordId, TargetName } from '../../domain/ids.ts';
import type { PersonRequest } from '../../reconciler/ports/journal.ts';
import {
  boolean,
  list,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
  variant,
} from '../shape.ts';
import { digest, recordId } from './common.ts';

export interface BoundAccount {
  readonly accountId: AccountId;
  readonly region: string;
}

export const boundAccount: Shape<BoundAccount> = object<BoundAccount>({
  accountId: text<AccountId>(),
  region: text(),
});

export interface RememberedFacts {
  readonly recordId: RecordId;
  readonly json: string;
}

export const rememberedFacts: Shape<RememberedFacts> = object<RememberedFacts>({
  recordId,
  json: text(),
});

/** A person's request and when it was made, ms since the epoch: the oldest is taken first. */
export interface AskedRequest {
  readonly request: PersonRequest;
  readonly at: number;
}

export const askedRequest: Shape<AskedRequest> = object<AskedRequest>({
  request: variant<PersonRequest>('kind', {
    retry: object<Extract<PersonRequest, { kind: 'retry' }>>({
      kind: oneOf('retry'),
      target: text<TargetName>(),
      key: text<ProductKey>(),
      document: optional(digest),
    }),
    accept: object<Extract<PersonRequest, { kind: 'accept' }>>({
      kind: oneOf('accept'),
      target: text<TargetName>(),
      key: text<ProductKey>(),
      document: optional(digest),
    }),
    proceed: object<Extract<PersonRequest, { kind: 'proceed' }>>({
      kind: oneOf('proceed'),
      target: text<TargetName>(),
      product: text(),
      records: optional(list(recordId)),
    }),
    approve: object<Extract<PersonRequest, { kind: 'approve' }>>({
      kind: oneOf('approve'),
      target: text<TargetName>(),
      set: digest,
      asked: text(),
      strict: boolean,
    }),
  }),
  at: number,
});

/** Who writes the journal; shown to whoever finds it locked. */
export interface Writer {
  readonly host: string;
  readonly pid: number;
  /** ISO 8601 UTC. */
  readonly since: string;
}

export const writerShape: Shape<Writer> = object<Writer>({
  host: text(),
  pid: number,
  since: text(),
});
