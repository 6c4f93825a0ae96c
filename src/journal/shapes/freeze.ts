import type { Freeze, FreezeScope } from '../../domain/hold.ts';
import type { TargetName } from '../../domain/ids.ts';
import { object, orNull, record, type Shape, text } from '../shape.ts';

export const freezeShape: Shape<Freeze> = object<Freeze>({
  scope: object<FreezeScope>({
    target: orNull(text<TargetName>()),
    name: orNull(text()),
    labels: record(text()),
  }),
  reason: text(),
  user: text(),
  host: text(),
  at: text(),
});
