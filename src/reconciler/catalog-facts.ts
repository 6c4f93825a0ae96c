import type { ArtifactId, PathId, ProductId } from '../domain/ids.ts';
import {
  type ArtifactView,
  type LaunchPath,
  type Reading,
  read,
  unreadable,
  type VersionDefinitions,
} from '../domain/live.ts';
import type { Catalog, Failure, Result } from './ports/catalog.ts';

/** Says in one line why something could not be read. */
export function explainFailure(failure: Failure): string {
  return `${failure.operation} failed: ${failure.code}: ${failure.message}`;
}

const reading = <T>(result: Result<T>): Reading<T> =>
  result.kind === 'ok' ? read(result.value) : unreadable(explainFailure(result.failure));

/**
 * What was asked about products, versions and paths since a review began: each question is put to AWS
 * once until the next one, however many provisioned products share the product, also where it failed.
 * Made anew for every review, because launch paths and versions change.
 */
export class CatalogFacts {
  readonly #catalog: Catalog;
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  artifacts(productId: ProductId): Promise<Reading<readonly ArtifactView[]>> {
    return this.#once(`artifacts ${productId}`, async () =>
      reading(await this.#catalog.artifacts(productId)),
    );
  }

  paths(productId: ProductId): Promise<Reading<readonly LaunchPath[]>> {
    return this.#once(`paths ${productId}`, async () =>
      reading(await this.#catalog.paths(productId)),
    );
  }

  /** null: AWS says that this caller sees no product of the name. */
  productId(name: string): Promise<Reading<ProductId | null>> {
    return this.#once(`product ${name}`, async () => {
      const found = await this.#catalog.productByName(name);
      if (found.kind === 'failed') return unreadable(explainFailure(found.failure));
      return read(found.value?.id ?? null);
    });
  }

  definitions(
    productId: ProductId,
    artifactId: ArtifactId,
    pathId: PathId | null,
  ): Promise<Reading<VersionDefinitions>> {
    return this.#once(`definitions ${productId} ${artifactId} ${pathId ?? ''}`, async () =>
      reading(await this.#catalog.definitions(productId, artifactId, pathId)),
    );
  }

  #once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(question);
    if (known !== undefined) return known as Promise<T>;
    const answer = ask();
    this.#asked.set(question, answer);
    return answer;
  }
}
