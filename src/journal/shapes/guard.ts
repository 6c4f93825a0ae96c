import type {
  Approval,
  ApprovedChange,
  Charge,
  ChargedRest,
  HeldPlan,
  Weights,
} from '../../domain/guard.ts';
import type { ProductKey, TargetName, Token } from '../../domain/ids.ts';
import { boolean, list, number, object, optional, orNull, type Shape, text } from '../shape.ts';
import { digest, recordId, step } from './common.ts';

const weights = object<Weights>({ updates: number, provisions: number, terminations: number });

export const charge: Shape<Charge> = object<Charge>({
  token: text<Token>(),
  at: text(),
  revision: text(),
  weights,
  approved: orNull(object<NonNullable<Charge['approved']>>({ set: digest, change: digest })),
  rest: optional(object<ChargedRest>({ specDigest: digest, steps: list(step) })),
});

const approvedChange: Shape<ApprovedChange> = object<ApprovedChange>({
  key: text<ProductKey>(),
  name: text(),
  digest,
  base: orNull(recordId),
  steps: list(step),
  parts: list(digest),
});

export const approval: Shape<Approval> = object<Approval>({
  target: text<TargetName>(),
  revision: text(),
  set: digest,
  asked: text(),
  strict: boolean,
  at: text(),
  changes: list(approvedChange),
});

export const heldPlan: Shape<HeldPlan> = object<HeldPlan>({
  target: text<TargetName>(),
  revision: text(),
  set: digest,
  plans: list(digest),
  at: text(),
  why: text(),
  changes: list(approvedChange),
});
