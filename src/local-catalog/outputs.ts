import type { Argument, OutputValue } from './entities.ts';
import { derivedId } from './ids.ts';
import type { Version } from './model.ts';
import type { Place } from './state.ts';

/**
 * The outputs of a version with these parameters. A reference to a parameter gives its value, one
 * to a resource a made-up but stable physical id.
 */
export function computeOutputs(
  version: Version,
  parameters: readonly Argument[],
  stack: { readonly id: string; readonly name: string },
  place: Place,
): readonly OutputValue[] {
  const known = new Map(parameters.map((item) => [item.key, item.value]));
  const secret = new Set(version.parameters.flatMap((def) => (def.noEcho ? [def.key] : [])));
  const resolve = (name: string): string => {
    switch (name) {
      case 'AWS::StackName':
        return stack.name;
      case 'AWS::StackId':
        return stack.id;
      case 'AWS::Region':
        return place.region;
      case 'AWS::AccountId':
        return place.account;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      default:
        if (secret.has(name)) return '****';
        return known.get(name) ?? derivedId(name.toLowerCase(), stack.id);
    }
  };
  return version.outputs.map((output) => ({
    key: output.key,
    description: output.description,
    value: output.value.replace(/\$\{([^}!]+)\}/g, (_, name: string) => resolve(name)),
    exportName:
      output.exportName === null
        ? null
        : output.exportName.replace(/\$\{([^}!]+)\}/g, (_, name: string) => resolve(name)),
  }));
}
