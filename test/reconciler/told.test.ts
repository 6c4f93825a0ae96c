import { expect, it } from 'vitest';
import { fault, start, wish } from './networks.ts';

it('the log tells of a failure what failed, after how long, by which document, and what next', async () => {
  const world = await start([wish('net-a', 'B')]);
  fault(world, 'UpdateProvisionedProduct', { kind: 'recordFails', message: 'No more addresses.' });
  const trueup = await world.start();
  await trueup.converge();
  const about = { target: trueup.reconciler.name, provisionedProduct: 'net-a' };
  const reason = expect.stringContaining('No more addresses.');
  expect(world.events('record.failed').map(({ fields }) => fields)).toMatchObject([
    {
      ...about,
      reason,
      after: expect.stringMatching(/^\d+s$/),
      provisionedProductId: world.service.admin.product('net-a')?.product.id,
      revision: world.desired.revision,
      document: expect.stringMatching(/:\d+:\d+$/),
    },
  ]);
  const next = expect.stringContaining(`trueup retry ${about.target}/net-a`);
  expect(world.events('product.stalled').map(({ fields }) => fields)).toMatchObject([
    { ...about, reason, next },
  ]);
});

it.each([
  ['net-aa', {}, /^did you mean "net-a"\? If not: correct the name, /],
  ['something-else', {}, /^correct the name, /],
  ['net-aa', { provisionedProductId: 'pp-gone' }, /^correct the name, /],
])('of %s, which is not there, it is told which one may be meant', async (name, more, next) => {
  const world = await start([wish(name, 'B', more)]);
  const trueup = await world.start();
  await trueup.converge();
  expect(world.events('product.stalled').map(({ fields }) => fields)).toMatchObject([
    { provisionedProduct: name, next: expect.stringMatching(next) },
  ]);
});
