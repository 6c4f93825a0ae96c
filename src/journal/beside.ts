import { type Freeze, freezeKey } from '../domain/hold.ts';
import type { PersonRequest } from '../reconciler/ports/journal.ts';
import type { Items } from './items.ts';

/** What people put beside the writer. */
export function storeFreeze(items: Items, freeze: Freeze): void {
  items.store('freeze', '', freezeKey(freeze), freeze);
}

/** What a request of this kind is about: the same one made again takes its place. */
function subjectOf(request: PersonRequest): string {
  switch (request.kind) {
    case 'retry':
    case 'accept':
      return request.key;
    case 'proceed':
      return request.product;
    case 'approve':
      return request.set;
    default:
      return request satisfies never;
  }
}

export function storeRequest(items: Items, request: PersonRequest, now: number): void {
  const what = subjectOf(request);
  items.store('request', request.target, `${request.kind} ${what}`, { request, at: now });
}
