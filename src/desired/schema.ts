import schema from '../../schemas/provisioned-product.schema.json' with { type: 'json' };
import { compileSchema, type Schema } from '../document/schema.ts';

let compiled: Schema | null = null;

/** Compiled on first use: a command that reads no documents does not pay for it. */
export function documentSchema(): Schema {
  compiled ??= compileSchema(schema);
  return compiled;
}
