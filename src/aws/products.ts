import type {
  DescribeProvisioningParametersOutput,
  ProductViewSummary,
  ProvisioningArtifactDetail,
  ProvisioningArtifactParameter,
} from '@aws-sdk/client-service-catalog';
import { asArtifactId, asPathId, asProductId, type ProductId } from '../domain/ids.ts';
import type {
  ArtifactView,
  LaunchPath,
  ParameterDefinition,
  VersionDefinitions,
} from '../domain/live.ts';
import type { Catalog, Result } from '../reconciler/ports/catalog.ts';
import { isoTime, numberOf, optionalText, promised, promisedText, recordOf } from './answers.ts';
import { type Calls, failed } from './calls.ts';
import { MalformedAnswer } from './error-facts.ts';
import { eachPage } from './paging.ts';

const PATH_PAGE_SIZE = 20;
const MAX_PATH_PAGES = 50;

type Products = Pick<Catalog, 'productByName' | 'artifacts' | 'paths' | 'definitions'>;

export function products(calls: Calls): Products {
  return {
    productByName: (name) => productByName(calls, name),
    artifacts: (productId) => artifacts(calls, productId),
    paths: (productId) => paths(calls, productId),
    definitions: (...of) => definitions(calls, ...of),
  };
}

type NamedProduct = { readonly id: ProductId; readonly name: string };

/**
 * First as an end user, whose portfolios the update will need anyway; then as an administrator, so
 * that a plan can be made by a role that no portfolio is shared with.
 */
async function productByName(calls: Calls, name: string): Promise<Result<NamedProduct | null>> {
  const asUser = await calls.read(
    'serviceCatalog',
    'DescribeProduct',
    async ({ client, sdk }, options) => {
      const answer = await client.send(new sdk.DescribeProductCommand({ Name: name }), options);
      return namedProduct(answer.ProductViewSummary);
    },
  );
  if (asUser.kind === 'ok') return asUser;
  if (asUser.failure.kind !== 'notFound' && asUser.failure.kind !== 'denied') return asUser;
  const asAdmin = await calls.read(
    'serviceCatalog',
    'DescribeProductAsAdmin',
    async ({ client, sdk }, options) => {
      const command = new sdk.DescribeProductAsAdminCommand({ Name: name });
      const answer = await client.send(command, options);
      return namedProduct(answer.ProductViewDetail?.ProductViewSummary);
    },
  );
  if (asAdmin.kind === 'ok' || asUser.failure.kind === 'denied') return asAdmin;
  // Not visible as a user; whether an administrator may look is then of no account.
  const hidden = asAdmin.failure.kind === 'notFound' || asAdmin.failure.kind === 'denied';
  return hidden ? { kind: 'ok', value: null } : asAdmin;
}

/** `ProductId` is the product; the summary's own `Id` is that of a view of it. */
function namedProduct(summary: ProductViewSummary | undefined): NamedProduct {
  const { ProductId, Name } = promised(summary, 'ProductViewSummary');
  return {
    id: asProductId(promisedText(ProductId, 'the id of a product')),
    name: promisedText(Name, 'the name of a product'),
  };
}

function artifacts(calls: Calls, productId: ProductId): Promise<Result<readonly ArtifactView[]>> {
  return calls.read(
    'serviceCatalog',
    'ListProvisioningArtifacts',
    async ({ client, sdk }, options) => {
      const command = new sdk.ListProvisioningArtifactsCommand({ ProductId: productId });
      const answer = await client.send(command, options);
      if (optionalText(answer.NextPageToken) !== null) {
        throw new MalformedAnswer(
          'more versions are promised, and the API has no way to ask for them',
        );
      }
      return promised(answer.ProvisioningArtifactDetails, 'ProvisioningArtifactDetails').map(
        artifactView,
      );
    },
  );
}

function artifactView(detail: ProvisioningArtifactDetail): ArtifactView {
  return {
    id: asArtifactId(promisedText(detail.Id, 'the id of a version')),
    name: detail.Name ?? '',
    active: promised(detail.Active, 'whether a version is active'),
    guidance: detail.Guidance ?? 'DEFAULT',
    createdAt: isoTime(detail.CreatedTime, 'the creation time of a version'),
  };
}

async function paths(calls: Calls, productId: ProductId): Promise<Result<readonly LaunchPath[]>> {
  const found: LaunchPath[] = [];
  const trouble = await eachPage(
    'ListLaunchPaths',
    MAX_PATH_PAGES,
    (token) => pathPage(calls, productId, token),
    (page) => {
      found.push(...page.paths);
      return 'more';
    },
  );
  return trouble === null ? { kind: 'ok', value: found } : failed(trouble);
}

function pathPage(calls: Calls, productId: ProductId, token: string | undefined) {
  const input = {
    ProductId: productId,
    PageSize: PATH_PAGE_SIZE,
    ...(token === undefined ? {} : { PageToken: token }),
  };
  return calls.read('serviceCatalog', 'ListLaunchPaths', async ({ client, sdk }, options) => {
    const page = await client.send(new sdk.ListLaunchPathsCommand(input), options);
    return {
      paths: promised(page.LaunchPathSummaries, 'LaunchPathSummaries').map((path) => ({
        id: asPathId(promisedText(path.Id, 'the id of a launch path')),
        name: path.Name ?? '',
      })),
      next: page.NextPageToken,
    };
  });
}

function definitions(
  calls: Calls,
  ...[productId, artifactId, pathId]: Parameters<Catalog['definitions']>
): ReturnType<Catalog['definitions']> {
  const input = {
    ProductId: productId,
    ProvisioningArtifactId: artifactId,
    ...(pathId === null ? {} : { PathId: pathId }),
  };
  return calls.read(
    'serviceCatalog',
    'DescribeProvisioningParameters',
    async ({ client, sdk }, options) => {
      const command = new sdk.DescribeProvisioningParametersCommand(input);
      const answer = await client.send(command, options);
      const parameters =
        answer.ProvisioningArtifactParameters ??
        (answer.UsageInstructions === undefined ? undefined : []);
      const allowed = (answer.UsageInstructions ?? []).some(
        (use) => use.Type === 'tagUpdateOnProvisionedProduct' && use.Value === 'ALLOWED',
      );
      return {
        parameters: promised(parameters, 'the list of parameters').map(parameterDefinition),
        tagUpdate: allowed ? ('allowed' as const) : ('notAllowed' as const),
        tagOptions: recordOf(answer.TagOptions, (option) => [
          promised(option.Key, 'the key of a TagOption'),
          option.Values ?? [],
        ]),
        stackSet: stackSetOf(answer),
      };
    },
  );
}

/** The preferences name what the constraint allows; the summary alone says that there is one. */
function stackSetOf({
  ProvisioningArtifactPreferences: preferences,
  ConstraintSummaries: constraints,
}: DescribeProvisioningParametersOutput): VersionDefinitions['stackSet'] {
  const accounts = preferences?.StackSetAccounts ?? [];
  const regions = preferences?.StackSetRegions ?? [];
  const named = accounts.length + regions.length > 0;
  const told = (constraints ?? []).some(({ Type }) => Type === 'STACKSET');
  return named || told ? { accounts, regions } : null;
}

function parameterDefinition(parameter: ProvisioningArtifactParameter): ParameterDefinition {
  const rules = parameter.ParameterConstraints;
  return {
    key: promisedText(parameter.ParameterKey, 'the key of a parameter'),
    // An empty default is a default.
    defaultValue: parameter.DefaultValue ?? null,
    type: parameter.ParameterType ?? 'String',
    // Not said counts as secret.
    noEcho: parameter.IsNoEcho ?? true,
    description: parameter.Description ?? '',
    allowedValues: rules?.AllowedValues ?? [],
    allowedPattern: optionalText(rules?.AllowedPattern),
    constraintDescription: optionalText(rules?.ConstraintDescription),
    minLength: numberOf(rules?.MinLength),
    maxLength: numberOf(rules?.MaxLength),
    minValue: numberOf(rules?.MinValue),
    maxValue: numberOf(rules?.MaxValue),
  };
}
