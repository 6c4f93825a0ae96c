import type {
  ProvisionedProductAttribute,
  ProvisionedProductDetail,
  SearchProvisionedProductsCommandInput,
} from '@aws-sdk/client-service-catalog';
import {
  asArtifactId,
  asProductId,
  asProvisionedProductId,
  asRecordId,
  type ProvisionedProductId,
} from '../domain/ids.ts';
import type { Owner, RecordPointers } from '../domain/live.ts';
import type {
  Catalog,
  Described,
  Result,
  SearchListing,
  SearchRow,
} from '../reconciler/ports/catalog.ts';
import {
  branded,
  optionalMessage,
  optionalText,
  promised,
  promisedText,
  tagsOf,
} from './answers.ts';
import { type Calls, failed } from './calls.ts';
import { eachPage, type Page } from './paging.ts';

const PAGE_SIZE = 100;
/** 100,000 provisioned products: far above what one account and region holds. */
const MAX_PAGES = 1000;

const ALL_OF_ACCOUNT = {
  AccessLevelFilter: { Key: 'Account', Value: 'self' },
  SortBy: 'id',
  SortOrder: 'ASCENDING',
  PageSize: PAGE_SIZE,
} as const satisfies SearchProvisionedProductsCommandInput;

type ProvisionedProducts = Pick<Catalog, 'search' | 'searchOne' | 'describe'>;

export function provisionedProducts(calls: Calls): ProvisionedProducts {
  return {
    search: () => search(calls),
    searchOne: (id) => searchOne(calls, id),
    describe: (by) => describe(calls, by),
  };
}

interface SearchPage extends Page {
  readonly rows: readonly SearchRow[];
  readonly total: number | undefined;
}

function searchPage(
  calls: Calls,
  filter: Pick<SearchProvisionedProductsCommandInput, 'Filters'>,
  token: string | undefined,
): Promise<Result<SearchPage>> {
  const input = {
    ...ALL_OF_ACCOUNT,
    ...filter,
    ...(token === undefined ? {} : { PageToken: token }),
  };
  return calls.read(
    'serviceCatalog',
    'SearchProvisionedProducts',
    async ({ client, sdk }, options) => {
      const page = await client.send(new sdk.SearchProvisionedProductsCommand(input), options);
      const rows = page.ProvisionedProducts ?? (page.TotalResultsCount === 0 ? [] : undefined);
      return {
        rows: promised(rows, 'ProvisionedProducts').map(searchRow),
        total: page.TotalResultsCount,
        next: page.NextPageToken,
      };
    },
  );
}

async function search(calls: Calls): Promise<Result<SearchListing>> {
  // By id: a row that moves to a later page while we read is seen twice and counts once.
  const rows = new Map<ProvisionedProductId, SearchRow>();
  let total: number | undefined;
  const failure = await eachPage(
    'SearchProvisionedProducts',
    MAX_PAGES,
    (token) => searchPage(calls, {}, token),
    (page) => {
      for (const row of page.rows) rows.set(row.id, row);
      total = page.total ?? total;
      return 'more';
    },
  );
  if (failure !== null) return failed(failure);
  const complete = total === undefined || total === rows.size;
  return { kind: 'ok', value: { rows: [...rows.values()], complete } };
}

async function searchOne(
  calls: Calls,
  id: ProvisionedProductId,
): Promise<Result<SearchRow | null>> {
  let found: SearchRow | null = null;
  const failure = await eachPage(
    'SearchProvisionedProducts',
    MAX_PAGES,
    (token) => searchPage(calls, { Filters: { SearchQuery: [`id:${id}`] } }, token),
    (page) => {
      // How strictly the query matches is not documented; the row itself decides.
      found = page.rows.find((row) => row.id === id) ?? null;
      return found === null ? 'more' : 'enough';
    },
  );
  return failure === null ? { kind: 'ok', value: found } : failed(failure);
}

async function describe(
  calls: Calls,
  by: Parameters<Catalog['describe']>[0],
): Promise<Result<Described | null>> {
  const input = 'id' in by ? { Id: by.id } : { Name: by.name };
  const result = await calls.read(
    'serviceCatalog',
    'DescribeProvisionedProduct',
    async ({ client, sdk }, options) => {
      const answer = await client.send(new sdk.DescribeProvisionedProductCommand(input), options);
      return described(promised(answer.ProvisionedProductDetail, 'ProvisionedProductDetail'));
    },
  );
  const gone = result.kind === 'failed' && result.failure.kind === 'notFound';
  return gone ? { kind: 'ok', value: null } : result;
}

/** What both the row and the detail have. */
function common(from: ProvisionedProductAttribute | ProvisionedProductDetail) {
  return {
    id: asProvisionedProductId(promisedText(from.Id, 'the id of a provisioned product')),
    name: promisedText(from.Name, 'the name of a provisioned product'),
    arn: from.Arn ?? '',
    type: from.Type ?? '',
    status: promisedText(from.Status, 'the status of a provisioned product'),
    statusMessage: optionalMessage(from.StatusMessage),
    records: pointers(from),
    productId: branded(from.ProductId, asProductId),
    artifactId: branded(from.ProvisioningArtifactId, asArtifactId),
  };
}

function searchRow(row: ProvisionedProductAttribute): SearchRow {
  return {
    ...common(row),
    physicalId: optionalText(row.PhysicalId),
    productName: optionalText(row.ProductName),
    artifactName: optionalText(row.ProvisioningArtifactName),
    tags: tagsOf(row.Tags),
    owner: ownerOf(row),
  };
}

function described(detail: ProvisionedProductDetail): Described {
  return { ...common(detail), launchRole: optionalText(detail.LaunchRoleArn) };
}

function ownerOf(row: ProvisionedProductAttribute): Owner | null {
  const arn = optionalText(row.UserArn);
  return arn === null ? null : { arn, sessionArn: optionalText(row.UserArnSession) };
}

function pointers(from: ProvisionedProductAttribute | ProvisionedProductDetail): RecordPointers {
  return {
    last: branded(from.LastRecordId, asRecordId),
    lastProvisioning: branded(from.LastProvisioningRecordId, asRecordId),
    lastSuccessful: branded(from.LastSuccessfulProvisioningRecordId, asRecordId),
  };
}
