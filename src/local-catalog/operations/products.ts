import { notFound } from '../aws-error.ts';
import {
  atMostOne,
  exactlyOne,
  pathsFor,
  productsIn,
  resolveLaunch,
  resolvePath,
  resolveProduct,
  resolveVersion,
} from '../catalog.ts';
import { reads } from '../operation.ts';
import { pageOf } from '../paging.ts';
import * as shapes from '../shapes/service-catalog.ts';
import {
  seconds,
  showArtifact,
  showArtifactDetail,
  showConstraints,
  showParameters,
  showProductView,
  showUsage,
} from '../show.ts';
import { adminDetail } from './product-search.ts';

/** What a version wants, as seen over one launch path. */
export const describeProvisioningParameters = reads(
  'DescribeProvisioningParameters',
  shapes.describeProvisioningParameters,
  (context, input) => {
    const { world, place, caller } = context;
    const { product, version } = resolveLaunch(world, place.account, input);
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
