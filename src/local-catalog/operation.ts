import type { RecordFault } from './entities.ts';
import type { Random } from './ids.ts';
import type { Caller } from './model.ts';
import type { Shape } from './shape.ts';
import type { Place, World } from './state.ts';
import type { Json, JsonObject } from './validate.ts';

/** Everything that an operation may look at. It throws AwsError, and changes only the world. */
export interface Context {
  readonly world: World;
  readonly place: Place;
  readonly caller: Caller;
  readonly now: number;
  readonly random: Random;
  /** What was asked of the next records of this operation by fault injection. */
  readonly fault: RecordFault | null;
  readonly straggle: number;
}

export interface Operation {
  readonly name: string;
  /** Whether it may change the world, so that the state must be kept before it is answered. */
  readonly mutating: boolean;
  readonly shape: Shape;
  readonly run: (context: Context, input: unknown) => JsonObject;
}

export function reads<T>(
  name: string,
  shape: Shape<T>,
  run: (context: Context, input: T) => JsonObject,
): Operation {
  return { name, mutating: false, shape, run: (context, input) => run(context, input as T) };
}

export function writes<T>(
  name: string,
  shape: Shape<T>,
  run: (context: Context, input: T) => JsonObject,
): Operation {
  return { name, mutating: true, shape, run: (context, input) => run(context, input as T) };
}

export type { Json, JsonObject };
