import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StateFile } from '../../src/local-catalog/store.ts';
import { at, authorization, ENDS, smallSeed, start, text, updateNet } from './harness.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'local-catalog-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const statePath = () => join(directory, 'state.json');

describe('a state file', () => {
  test('carries everything over to another process', async () => {
    const seed = smallSeed({
      secrets: [{ name: 's', value: 'v' }],
      parameterStore: [{ name: '/p', value: 'v' }],
    });
    const first = await start(seed, { statePath: statePath() });
    const input = updateNet();
    const answer = await first.call('UpdateProvisionedProduct', input);
    const assumed = await first.query('sts', 'AssumeRole', {
      RoleArn: 'arn:aws:iam::111122223333:role/somebody',
      RoleSessionName: 'me',
    });
    const key = /<AccessKeyId>([^<]+)</.exec(assumed)?.[1] ?? '';
    const second = await start(seed, { statePath: statePath(), now: first.now() + ENDS });
    first.pass(ENDS);
    for (const operation of ['SearchProvisionedProducts', 'ListRecordHistory'])
      expect(await second.call(operation)).toEqual(await first.call(operation));
    expect(at(await second.call('UpdateProvisionedProduct', input), 'RecordDetail.RecordId')).toBe(
      at(answer, 'RecordDetail.RecordId'),
    );
    expect(second.admin.product('net')?.stack).toEqual(first.admin.product('net')?.stack);
    expect(await second.query('sts', 'GetCallerIdentity', {}, { key })).toContain(
      'assumed-role/somebody/me',
    );
    expect(
      await second.call('GetSecretValue', { SecretId: 's' }, { service: 'secretsmanager' }),
    ).toEqual(await first.call('GetSecretValue', { SecretId: 's' }, { service: 'secretsmanager' }));
  });

  test('is written before the answer, also when the reply is lost', async () => {
    const h = await start(smallSeed(), { statePath: statePath() });
    h.admin.addFault({ operation: 'UpdateProvisionedProduct', effect: { kind: 'lostReply' } });
    await h.call('UpdateProvisionedProduct', updateNet()).catch(() => undefined);
    const other = await start(smallSeed(), { statePath: statePath(), now: h.now() });
    expect(other.admin.product('net')?.records).toBe(2);
  });

  test('keeps a plan and what is under way', async () => {
    const h = await start(smallSeed(), { statePath: statePath() });
    const plan = await h.call('CreateProvisionedProductPlan', {
      PlanName: 'p',
      PlanType: 'CLOUDFORMATION',
      ProductId: 'prod-net',
      ProvisioningArtifactId: 'pa-net1',
      ProvisionedProductName: 'new',
      ProvisioningParameters: [{ Key: 'Cidr', Value: '1' }],
      IdempotencyToken: 't',
    });
    h.pass(1_000);
    await h.call('ExecuteProvisionedProductPlan', {
      PlanId: text(plan, 'PlanId'),
      IdempotencyToken: 'e',
    });
    const other = await start(smallSeed(), { statePath: statePath(), now: h.now() });
    expect(other.catalog.nextDue()).toBe(h.catalog.nextDue());
    const described = { PlanId: text(plan, 'PlanId') };
    expect(await other.call('DescribeProvisionedProductPlan', described)).toEqual(
      await h.call('DescribeProvisionedProductPlan', described),
    );
    other.pass(ENDS);
    expect(other.admin.product('new')?.product.status).toBe('AVAILABLE');
  });

  test('of something else is refused, not overwritten', async () => {
    writeFileSync(statePath(), '{"format": 99}');
    await expect(start(smallSeed(), { statePath: statePath() })).rejects.toThrow(
      'not a state file',
    );
    expect(readFileSync(statePath(), 'utf8')).toBe('{"format": 99}');
  });

  test('leaves no temporary files and is readable by its owner only', async () => {
    const h = await start(smallSeed(), { statePath: statePath() });
    await Promise.all([
      h.call('UpdateProvisionedProduct', updateNet()),
      h.admin.setSecret('a', 'b'),
      h.admin.setSecret('c', 'd'),
    ]);
    await h.catalog.close();
    expect(readdirSync(directory)).toEqual(['state.json']);
  });
});

test('whoever waits has his change written, however many writes overlap', async () => {
  let version = 0;
  const file = new StateFile(statePath(), () => String(version));
  const waits = Array.from({ length: 50 }, async (_, index) => {
    version = index + 1;
    const mine = version;
    await file.keep();
    expect(Number(readFileSync(statePath(), 'utf8'))).toBeGreaterThanOrEqual(mine);
  });
  await Promise.all(waits);
});

test('survives being killed at any moment: the file is whole, and no answered update is lost', async () => {
  const script = fileURLToPath(new URL('./serve.ts', import.meta.url));
  for (const after of [3, 9, 17]) {
    const server = spawn(process.execPath, [script, statePath()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(server, 'close');
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    const answered: string[] = [];
    for (let number = 0; number < after; number += 1) {
      const name = `app-${String(number + 1).padStart(4, '0')}`;
      const body = JSON.stringify({
        ProvisionedProductName: name,
        UpdateToken: `t-${after}-${number}`,
      });
      const request = fetch(url, {
        method: 'POST',
        body,
        headers: {
          'x-amz-target': 'AWS242ServiceCatalogService.UpdateProvisionedProduct',
          authorization: authorization('servicecatalog'),
        },
      });
      if (number === after - 1) server.kill('SIGKILL');
      const answer = await request.then((response) => response.json()).catch(() => null);
      if (answer !== null) answered.push(text(answer, 'RecordDetail.RecordId'));
    }
    server.kill('SIGKILL');
    await closed;
    const saved = JSON.parse(readFileSync(statePath(), 'utf8')) as {
      places: { records: { id: string }[] }[];
    };
    const kept = new Set(saved.places.flatMap((place) => place.records.map((record) => record.id)));
    expect(answered.length).toBeGreaterThanOrEqual(after - 1);
    expect(answered.filter((id) => !kept.has(id))).toEqual([]);
  }
});
