import { expect, it } from 'vitest';
import { asArtifactId, asProductId } from '../../src/domain/ids.ts';
import type { Entries } from '../../src/reconciler/entries.ts';
import { ProductTypes } from '../../src/reconciler/product-types.ts';

const none: Pick<Entries, 'openIntents'> = { openIntents: () => [] };

it('only what was made tells the type of a product: what is there may leave another', () => {
  const types = new ProductTypes(none as Entries);
  const version = {
    productId: asProductId('prod-new'),
    productName: 'new',
    artifactId: asArtifactId('pa-1'),
    artifactName: 'v1',
    isMove: true,
  };
  types.learnFrom({ step: 'update', version, productType: 'CFN_STACK' });
  expect([types.of('prod-new'), types.of('new')]).toEqual([null, null]);
  types.learnFrom({ step: 'provision', version, productType: 'CONTROL_TOWER_ACCOUNT' });
  const type = 'CONTROL_TOWER_ACCOUNT';
  expect([types.of('prod-new'), types.of('new')]).toEqual([type, type]);
});
