import { notFound } from '../aws-error.ts';
import { pathsFor, productsIn } from '../catalog.ts';
import type { Product } from '../model.ts';
import { type Context, reads } from '../operation.ts';
import { pageOf } from '../paging.ts';
import type { Infer } from '../shape.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { productArn, seconds, showProductView } from '../show.ts';
import type { JsonObject } from '../validate.ts';

/** The real one says CREATED where the text promises AVAILABLE. */
export function adminDetail(context: Context, product: Product): JsonObject {
  return {
    ProductViewSummary: showProductView(product, product.paths),
    Status: 'CREATED',
    ProductARN: productArn(context.place, product),
    CreatedTime: seconds(product.createdAt),
  };
}

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
