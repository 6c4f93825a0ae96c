import type { Intent } from '../domain/entry.ts';
import type { ProvisionedProductId, RecordId } from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import { subjectOf } from '../domain/request.ts';
import type { TargetContext } from './context.ts';
import type { Failure } from './ports/catalog.ts';

/** What AWS shows of what a request without an answer was about. */
export type Seen =
  | {
      readonly kind: 'seen';
      readonly lastRecordId: RecordId | null;
      readonly status: string;
      readonly history: readonly RecordView[] | null;
      readonly subject: ProvisionedProductId | null;
      /** Of the provisioned product; null: there is none. */
      readonly productType: string | null;
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** `withHistory`: also where LastRecordId has not moved, because Describe may lag behind the history. */
export async function look(
  context: TargetContext,
  intent: Intent,
  withHistory: boolean,
): Promise<Seen> {
  const described = await context.catalog.describe(subjectOf(intent.request));
  if (described.kind === 'failed') return described;
  if (described.value === null) {
    // What is to be new was not there before either: that is its base.
    return intent.request.provisionedProductId === null
      ? {
          kind: 'seen',
          lastRecordId: null,
          status: '',
          history: null,
          subject: null,
          productType: null,
        }
      : { kind: 'gone' };
  }
  const { id: subject, status, records, type: productType } = described.value;
  const lastRecordId = records.last;
  // A change of a property need not move LastRecordId, so there only the history tells.
  const moves = intent.request.operation !== 'UpdateProvisionedProductProperties';
  if (lastRecordId === intent.base && moves && !withHistory)
    return { kind: 'seen', lastRecordId, status, history: null, subject, productType };
  const history = await context.catalog.history(subject, intent.base);
  if (history.kind === 'failed') return history;
  return { kind: 'seen', lastRecordId, status, history: history.value, subject, productType };
}
