import { notFound } from '../aws-error.ts';
import {
  atMostOne,
  exactlyOne,
  pathsFor,
  productsIn,
  resolvePath,
  resolveProduct,
  resolveVersion,
} from '../catalog.ts';
import type { Product } from '../model.ts';
import { type Context, reads } from '../operation.ts';
import { pageOf } from '../paging.ts';
import type { Infer } from '../shape.ts';
import * as shapes from '../shapes/service-catalog.ts';
import {
  productArn,
  seconds,
  showArtifact,
  showArtifactDetail,
  showConstraints,
  showParameters,
  showProductView,
  showUsage,
} from '../show.ts';
import type { JsonObject } from '../validate.ts';

/** What a version wants, as seen over one launch path. */
export const describeProvisioningParameters = reads(
  'DescribeProvisioningParameters',
  shapes.describeProvisioningParameters,
  (context, input) => {
    const { world, place, caller } = context;
    const product = resolveProduct(
      world,
      place.account,
      exactlyOne(input.ProductId, input.ProductName, 'ProductId', 'ProductName'),
    );
    const version = resolveVersion(
      product,
      exactlyOne(
        input.ProvisioningArtifactId,
        input.ProvisioningArtifactName,
        'ProvisioningArtifactId',
        'ProvisioningArtifactName',
      ),
    );
    const wanted = atMostOne(input.PathId, input.PathName, 'PathId', 'PathName');
    const path = resolvePath(product, caller, wanted);
    const outputs = version.outputs.map((output) => ({
      Key: output.key,
      Description: output.description ?? undefined,
    }));
    return {
      ProvisioningArtifactParameters: showParameters(version),
      ConstraintSummaries: showConstraints(path),
      UsageInstructions: showUsage(path, version),
      TagOptions: path.tagOptions.map((option) => ({ Key: option.key, Values: option.values })),
      ProvisioningArtifactPreferences:
        path.stackSet === null
          ? undefined
          : {
              StackSetAccounts: path.stackSet.accounts,
              StackSetRegions: path.stackSet.regions,
            },
      ProvisioningArtifactOutputKeys: outputs,
    };
  },
);

export const listLaunchPaths = reads(
  'ListLaunchPaths',
  shapes.listLaunchPaths,
  (context, input) => {
    const { world, place, caller } = context;
    const product = resolveProduct(world, place.account, { kind: 'id', value: input.ProductId });
    const paths = pathsFor(product, caller);
    if (paths.length === 0)
      throw notFound(`No launch paths found for resource: ${input.ProductId}`);
    const { page, next } = pageOf(paths, input, `paths/${product.id}`);
    return {
      LaunchPathSummaries: page.map((path) => ({
        Id: path.id,
        ConstraintSummaries: showConstraints(path),
        Tags: path.tags.map((tag) => ({ ...tag })),
        Name: path.name,
      })),
      NextPageToken: next,
    };
  },
);

/** The end user's view: without access through a portfolio the product does not exist. */
export const describeProduct = reads(
  'DescribeProduct',
  shapes.describeProduct,
  (context, input) => {
    const wanted = exactlyOne(input.Id, input.Name, 'Id', 'Name');
    const product = resolveProduct(context.world, context.place.account, wanted);
    const paths = pathsFor(product, context.caller);
    if (paths.length === 0) throw notFound(`Product ${wanted.value} not found.`);
    return {
      ProductViewSummary: showProductView(product, paths),
      ProvisioningArtifacts: product.versions
        .filter((version) => version.active)
        .map((version) => showArtifact(version)),
      Budgets: [],
      LaunchPaths: paths.map((path) => ({ Id: path.id, Name: path.name })),
    };
  },
);

/** The real one says CREATED where the text promises AVAILABLE. */
function adminDetail(context: Context, product: Product): JsonObject {
  return {
    ProductViewSummary: showProductView(product, product.paths),
    Status: 'CREATED',
    ProductARN: productArn(context.place, product),
    CreatedTime: seconds(product.createdAt),
  };
}

export const describeProductAsAdmin = reads(
  'DescribeProductAsAdmin',
  shapes.describeProductAsAdmin,
  (context, input) => {
    const wanted = exactlyOne(input.Id, input.Name, 'Id', 'Name');
    const product = resolveProduct(context.world, context.place.account, wanted);
    return {
      ProductViewDetail: adminDetail(context, product),
      ProvisioningArtifactSummaries: product.versions.map((version) => ({
        Id: version.id,
        Name: version.name,
        Description: version.description ?? undefined,
        CreatedTime: seconds(version.createdAt),
        ProvisioningArtifactMetadata: {},
      })),
      Tags: [],
      TagOptions: [],
      Budgets: [],
    };
  },
);

type Filters = Infer<typeof shapes.searchProducts>['Filters'];

function filtered(products: readonly Product[], filters: Filters): readonly Product[] {
  const tests: Record<string, (product: Product, value: string) => boolean> = {
    FullTextSearch: (product, value) =>
      [product.id, product.name, product.description ?? '', product.owner].some((text) =>
        text.toLowerCase().includes(value.toLowerCase()),
      ),
    Owner: (product, value) => product.owner === value,
    ProductType: (product, value) => showProductView(product, []).Type === value,
    SourceProductId: () => false,
  };
  return products.filter((product) =>
    [...(filters ?? [])].every(([key, values]) =>
      values.some((value) => tests[key]?.(product, value) === true),
    ),
  );
}

function sorted(
  products: readonly Product[],
  by: Infer<typeof shapes.searchProducts>['SortBy'],
  order: 'ASCENDING' | 'DESCENDING' | undefined,
): readonly Product[] {
  const turn = order === 'DESCENDING' ? -1 : 1;
  const compare = (a: Product, b: Product): number => {
    switch (by) {
      case 'VersionCount':
        return a.versions.length - b.versions.length;
      case 'CreationDate':
        return a.createdAt - b.createdAt;
      case 'Title':
      case undefined:
        return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
      default:
        return by satisfies never;
    }
  };
  return [...products].sort((a, b) => turn * compare(a, b) || (a.id < b.id ? -1 : 1));
}

export const searchProducts = reads('SearchProducts', shapes.searchProducts, (context, input) => {
  const { world, place, caller } = context;
  const reachable = productsIn(world, place.account).filter(
    (product) => pathsFor(product, caller).length > 0,
  );
  const found = sorted(filtered(reachable, input.Filters), input.SortBy, input.SortOrder);
  const { page, next } = pageOf(found, input, 'products', 100);
  return {
    ProductViewSummaries: page.map((product) =>
      showProductView(product, pathsFor(product, caller)),
    ),
    ProductViewAggregations: {},
    NextPageToken: next,
  };
});

export const searchProductsAsAdmin = reads(
  'SearchProductsAsAdmin',
  shapes.searchProductsAsAdmin,
  (context, input) => {
    const { world, place } = context;
    const all = productsIn(world, place.account);
    const { PortfolioId: portfolio } = input;
    const inPortfolio = all.filter(
      (product) =>
        portfolio === undefined || product.paths.some((path) => path.portfolioId === portfolio),
    );
    if (portfolio !== undefined && inPortfolio.length === 0)
      throw notFound(`Portfolio ${portfolio} not found.`);
    const found = sorted(filtered(inPortfolio, input.Filters), input.SortBy, input.SortOrder);
    const { page, next } = pageOf(found, input, `admin-products/${portfolio ?? ''}`);
    return {
      ProductViewDetails: page.map((product) => adminDetail(context, product)),
      NextPageToken: next,
    };
  },
);

export const listProvisioningArtifacts = reads(
  'ListProvisioningArtifacts',
  shapes.listProvisioningArtifacts,
  (context, input) => {
    const wanted = { kind: 'id', value: input.ProductId } as const;
    const product = resolveProduct(context.world, context.place.account, wanted);
    return {
      ProvisioningArtifactDetails: product.versions.map((version) =>
        showArtifactDetail(product, version),
      ),
    };
  },
);

export const describeProvisioningArtifact = reads(
  'DescribeProvisioningArtifact',
  shapes.describeProvisioningArtifact,
  (context, input) => {
    const artifact = exactlyOne(
      input.ProvisioningArtifactId,
      input.ProvisioningArtifactName,
      'ProvisioningArtifactId',
      'ProvisioningArtifactName',
    );
    const { world, place } = context;
    const owner =
      artifact.kind === 'id' && input.ProductId === undefined && input.ProductName === undefined
        ? productsIn(world, place.account).find((product) =>
            product.versions.some((version) => version.id === artifact.value),
          )
        : undefined;
    const product =
      owner ??
      resolveProduct(
        world,
        place.account,
        exactlyOne(input.ProductId, input.ProductName, 'ProductId', 'ProductName'),
      );
    const version = resolveVersion(product, artifact);
    return {
      ProvisioningArtifactDetail: showArtifactDetail(product, version),
      Info: { TemplateUrl: `https://local-catalog.invalid/${product.id}/${version.id}.template` },
      Status: 'AVAILABLE',
      ProvisioningArtifactParameters:
        input.IncludeProvisioningArtifactParameters === true ? showParameters(version) : undefined,
    };
  },
);
