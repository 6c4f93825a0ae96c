import { acceptProduct } from './accept.ts';
import type { PersonRequest } from './ports/journal.ts';
import { waiveFailures } from './rollouts.ts';
import type { TargetReconciler } from './target.ts';

/** What a person asked for about one target. */
export async function honour(reconciler: TargetReconciler, request: PersonRequest): Promise<void> {
  switch (request.kind) {
    case 'retry':
      return reconciler.retry(request.key, request.document);
    case 'accept':
      return acceptProduct(reconciler.context, request.key, request.document);
    case 'proceed':
      await waiveFailures(reconciler.context, request.product, request.records);
      return;
    case 'approve':
      return reconciler.context.guard.approveHeld(request);
    default:
      return request satisfies never;
  }
}
