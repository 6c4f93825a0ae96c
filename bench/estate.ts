import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSeedInput } from '../src/local-catalog/generate.ts';

/**
 * Documents that declare the generated estate exactly as `trueup local --generate N` starts it.
 * The first `changed` of them ask for something else.
 */
export async function writeEstate(directory: string, count: number, changed = 0): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const products = generateSeedInput(count).provisionedProducts ?? [];
  await Promise.all(
    products.map((product, index) => {
      const parameters: Record<string, string> = { ...product.parameters };
      if (index < changed) {
        const key = product.product === 'worker-pool' ? 'Workers' : 'Capacity';
        parameters[key] = String(50 + (index % 50));
      }
      return writeFile(join(directory, `${product.name}.yaml`), documentOf(product, parameters));
    }),
  );
}

function documentOf(
  product: {
    readonly name: string;
    readonly product: string;
    readonly version: string;
    readonly tags?: Readonly<Record<string, string>>;
  },
  parameters: Readonly<Record<string, string>>,
): string {
  const lines = (values: Readonly<Record<string, string>>) =>
    Object.entries(values)
      .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
      .join('');
  return (
    `apiVersion: trueup/v1\nkind: ProvisionedProduct\nmetadata:\n  name: ${product.name}\n` +
    `spec:\n  productName: ${product.product}\n  provisioningArtifactName: ${product.version}\n` +
    `  provisioningParameters:\n${lines(parameters)}  tags:\n${lines(product.tags ?? {})}`
  );
}
