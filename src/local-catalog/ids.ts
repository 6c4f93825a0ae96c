import { createHash } from 'node:crypto';

/** Chance: 0 ≤ x < 1. */
export type Random = () => number;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 13;

/** A fresh id in AWS's form: a prefix and thirteen letters and digits. */
export function randomId(prefix: string, random: Random): string {
  let id = `${prefix}-`;
  for (let index = 0; index < LENGTH; index += 1)
    id += ALPHABET.charAt(Math.floor(random() * ALPHABET.length));
  return id;
}

/** A fresh id that nothing has yet, even if chance is a poor one. */
export function freshId(prefix: string, random: Random, taken: (id: string) => boolean): string {
  let id = randomId(prefix, random);
  for (let attempt = 0; taken(id); attempt += 1) id = derivedId(prefix, id, String(attempt));
  return id;
}

/** The same names always give the same id: a seed's ids survive a restart and can be documented. */
export function derivedId(prefix: string, ...names: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(names)).digest();
  let id = `${prefix}-`;
  for (let index = 0; index < LENGTH; index += 1)
    id += ALPHABET.charAt((digest[index] ?? 0) % ALPHABET.length);
  return id;
}

export function randomUuid(random: Random): string {
  return uuidOf(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
}

export function derivedUuid(...names: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(names)).digest();
  return uuidOf([...digest.subarray(0, 16)]);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function uuidOf(bytes: readonly number[]): string {
  const hex = bytes.map((byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return HEX[marked];
  });
  const text = hex.join('');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** A short digest, for telling equal requests apart. Not a secret-keeping one. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
