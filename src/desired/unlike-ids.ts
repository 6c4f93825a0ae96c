import { fault, quote } from '../document/fault.ts';
import type { Validation } from '../document/schema.ts';
import type { Problem } from '../domain/problem.ts';
import type { ProvisionedProductDocument } from './model.ts';

interface IdField {
  readonly field: 'productId' | 'provisioningArtifactId' | 'provisionedProductId';
  readonly begins: string;
  readonly what: string;
  /** Where a name would stand. */
  readonly named: string;
}

const ID_FIELDS: readonly IdField[] = [
  { field: 'productId', begins: 'prod-', what: 'a product', named: 'productName' },
  {
    field: 'provisioningArtifactId',
    begins: 'pa-',
    what: 'a version',
    named: 'provisioningArtifactName',
  },
  {
    field: 'provisionedProductId',
    begins: 'pp-',
    what: 'a provisioned product',
    named: 'metadata.name',
  },
];

/**
 * A name in the place of an id is found by AWS only, as something that does not exist. The API lets an id
 * be any word, so this is a warning.
 */
export function unlikeIds(
  validation: Pick<Validation, 'at'>,
  { spec }: ProvisionedProductDocument,
): readonly Problem[] {
  return ID_FIELDS.flatMap(({ field, begins, what, named }) => {
    const id = spec[field];
    if (id === undefined || id.startsWith(begins)) return [];
    const message = `${quote(id)} does not look like the id of ${what}, which begins with ${begins}`;
    const next = `if it is the name, write it as ${named}; otherwise check the id`;
    const options = { field, severity: 'warning', next } as const;
    return [fault('document/unlike-id', validation.at(`/spec/${field}`), message, options)];
  });
}
