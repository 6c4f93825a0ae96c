import type { Digest, RecordId } from '../../domain/ids.ts';
import type { Position } from '../../domain/problem.ts';
import { STEPS } from '../../domain/request.ts';
import { number, object, oneOf, text } from '../shape.ts';

export const digest = text<Digest>();
export const recordId = text<RecordId>();
export const step = oneOf(...STEPS);

export const position = object<Position>({ file: text(), line: number, column: number });
