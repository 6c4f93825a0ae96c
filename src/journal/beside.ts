import { type Freeze, freezeKey } from '../domain/hold.ts';
import type { PersonRequest } from '../reconciler/ports/journal.ts';
import type { Access } from './access.ts';
import type { Items } from './items.ts';
import { askedRequest } from './shapes/service.ts';

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

/** Oldest first; what is taken is not there any more. */
export function takeRequests(access: Access, items: Items): readonly PersonRequest[] {
  const waiting = () => items.ofKind('request', askedRequest);
  if (access.read(waiting).length === 0) return [];
  const taken = access.write(() => {
    const found = waiting();
    for (const { target, key } of found) items.remove('request', target, key);
    return found.map((item) => item.value);
  });
  return taken.sort((a, b) => a.at - b.at).map((asked) => asked.request);
}
