import type { ProductKey, ProvisionedProductId, TargetName } from '../../domain/ids.ts';
import type { Gone, KnownDocument, KnownPolicies, NewName } from '../../domain/known.ts';
import { boolean, list, object, oneOf, orNull, record, type Shape, since, text } from '../shape.ts';
import { recordId } from './common.ts';

const newName = object<NewName>({ key: text<ProductKey>(), name: text() });

export const knownDocument: Shape<KnownDocument> = object<KnownDocument>({
  key: text<ProductKey>(),
  name: text(),
  file: text(),
  digest: text(),
  content: since(text(), ''),
  labels: since(orNull(record(text())), null),
  policies: since(
    object<KnownPolicies>({
      prune: oneOf('never', 'terminate', 'retain'),
      deletionProtection: boolean,
      handsOff: boolean,
    }),
    { prune: 'never', deletionProtection: false, handsOff: false },
  ),
  provisionedProductId: since(orNull(text<ProvisionedProductId>()), null),
  lastRecordId: since(orNull(recordId), null),
  called: since(orNull(text()), null),
  dependsOn: since(
    list(
      object<KnownDocument['dependsOn'][number]>({
        target: text<TargetName>(),
        key: text<ProductKey>(),
      }),
    ),
    [],
  ),
  gone: since(
    orNull(
      object<Gone>({
        since: text(),
        revision: text(),
        renamedTo: orNull(newName),
      }),
    ),
    null,
  ),
  mayBe: since(orNull(newName), null),
});
