import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { asDigest, type Digest } from './ids.ts';

/** Plain JSON data. `undefined` members of objects are left out, as JSON.stringify does. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * RFC 8785 canonical JSON: members sorted by UTF-16 code units, no white space, ECMAScript number
 * and string forms. Throws on a non-finite number or a lone surrogate, which JSON cannot carry.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new RangeError('canonical JSON cannot carry a non-finite number');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new RangeError('canonical JSON cannot carry a lone surrogate');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  const record = value as { readonly [key: string]: Json | undefined };
  let members = '';
  for (const key of Object.keys(record).sort()) {
    const member = record[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${canonicalJson(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

export function sha256(value: Json): Digest {
  return asDigest(`sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`);
}

/** A digest that can be checked only with the key. `scope` keeps equal values in different places apart. */
export function hmac(key: KeyObject | Uint8Array, scope: readonly string[], value: Json): Digest {
  const text = canonicalJson([...scope, value]);
  return asDigest(`hmac:${createHmac('sha256', key).update(text).digest('hex')}`);
}
