import type { RecordDetail } from '@aws-sdk/client-service-catalog';
import {
  asArtifactId,
  asPathId,
  asProductId,
  asProvisionedProductId,
  asRecordId,
  type ProvisionedProductId,
  type RecordId,
} from '../domain/ids.ts';
import type { RecordView } from '../domain/live.ts';
import type { Catalog, Result } from '../reconciler/ports/catalog.ts';
import { branded, isoTime, promised, promisedText, tagsOf } from './answers.ts';
import { type Calls, failed } from './calls.ts';
import { eachPage } from './paging.ts';
import { cleanText } from './text.ts';

const PAGE_SIZE = 20;
const MAX_RECORDS = 400;

export function records(calls: Calls): Pick<Catalog, 'record' | 'newestRecords' | 'history'> {
  return {
    record: (id) => record(calls, id),
    newestRecords: () => newestRecords(calls),
    history: (id, until) => history(calls, id, until),
  };
}

/** One call: every page of DescribeRecord bears the detail; only outputs, unused here, are paged. */
async function record(calls: Calls, id: RecordId): Promise<Result<RecordView | null>> {
  const result = await calls.read(
    'serviceCatalog',
    'DescribeRecord',
    async ({ client, sdk }, options) => {
      const answer = await client.send(new sdk.DescribeRecordCommand({ Id: id }), options);
      return recordView(promised(answer.RecordDetail, 'RecordDetail'));
    },
  );
  const gone = result.kind === 'failed' && result.failure.kind === 'notFound';
  return gone ? { kind: 'ok', value: null } : result;
}

async function newestRecords(calls: Calls): Promise<Result<readonly RecordView[]>> {
  const page = await historyPage(calls, null, undefined);
  return page.kind === 'failed' ? page : { kind: 'ok', value: page.value.records };
}

async function history(
  calls: Calls,
  id: ProvisionedProductId,
  until: RecordId | null,
): Promise<Result<readonly RecordView[]>> {
  // By id: a record that is made while we read moves the others to later pages.
  const found = new Map<RecordId, RecordView>();
  let reached = false;
  const failure = await eachPage(
    'ListRecordHistory',
    MAX_RECORDS,
    (token) => historyPage(calls, id, token),
    (page) => {
      for (const view of page.records) {
        reached ||= view.id === until;
        if (!reached && found.size < MAX_RECORDS) found.set(view.id, view);
      }
      return reached || found.size >= MAX_RECORDS ? 'enough' : 'more';
    },
  );
  return failure === null ? { kind: 'ok', value: [...found.values()] } : failed(failure);
}

/** `id`: null for the records of every provisioned product. */
function historyPage(calls: Calls, id: ProvisionedProductId | null, token: string | undefined) {
  const input = {
    AccessLevelFilter: { Key: 'Account', Value: 'self' },
    ...(id === null ? {} : { SearchFilter: { Key: 'provisionedproduct', Value: id } }),
    PageSize: PAGE_SIZE,
    ...(token === undefined ? {} : { PageToken: token }),
  } as const;
  return calls.read('serviceCatalog', 'ListRecordHistory', async ({ client, sdk }, options) => {
    const page = await client.send(new sdk.ListRecordHistoryCommand(input), options);
    return {
      records: promised(page.RecordDetails, 'RecordDetails').map(recordView),
      next: page.NextPageToken,
    };
  });
}

function recordView(detail: RecordDetail): RecordView {
  const createdAt = isoTime(detail.CreatedTime, 'the creation time of a record');
  return {
    id: asRecordId(promisedText(detail.RecordId, 'the id of a record')),
    status: promisedText(detail.Status, 'the status of a record'),
    type: detail.RecordType ?? '',
    createdAt,
    updatedAt:
      detail.UpdatedTime === undefined
        ? createdAt
        : isoTime(detail.UpdatedTime, 'the update time of a record'),
    provisionedProductId: asProvisionedProductId(
      promisedText(detail.ProvisionedProductId, "a record's provisioned product"),
    ),
    productId: branded(detail.ProductId, asProductId),
    artifactId: branded(detail.ProvisioningArtifactId, asArtifactId),
    pathId: branded(detail.PathId, asPathId),
    errors: (detail.RecordErrors ?? []).map((error) => ({
      code: error.Code ?? '',
      description: cleanText(error.Description ?? ''),
    })),
    tags: tagsOf(detail.RecordTags),
  };
}
