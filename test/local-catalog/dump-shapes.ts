/** Prints the input shapes of every operation as JSON, for comparison with AWS's own models. */
import { SERVICES } from '../../src/local-catalog/registry.ts';
import type { Shape } from '../../src/local-catalog/shape.ts';

function plain(shape: Shape): object {
  switch (shape.kind) {
    case 'string':
      return {
        type: 'string',
        min: shape.min,
        max: shape.max,
        pattern: shape.pattern?.shown,
        enum: shape.values,
      };
    case 'integer':
      return { type: 'integer', min: shape.min, max: shape.max };
    case 'boolean':
      return { type: 'boolean' };
    case 'list':
      return { type: 'list', min: shape.min, max: shape.max, member: plain(shape.of) };
    case 'map':
      return {
        type: 'map',
        min: shape.min,
        max: shape.max,
        key: plain(shape.key),
        value: plain(shape.value),
      };
    case 'struct':
      return {
        type: 'structure',
        required: [...shape.required].sort(),
        members: Object.fromEntries(
          [...shape.members].map(([name, member]) => [name, plain(member)]),
        ),
      };
    default:
      return shape satisfies never;
  }
}

const dump = Object.fromEntries(
  SERVICES.map((service) => [
    service.name,
    Object.fromEntries(
      [...service.operations.values()].map((operation) => [operation.name, plain(operation.shape)]),
    ),
  ]),
);
process.stdout.write(JSON.stringify(dump));
