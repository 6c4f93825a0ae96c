import type { Rng } from '../simulation/rng.ts';

const INTERESTING = [
  0x00, 0x09, 0x0a, 0x0d, 0x1b, 0x20, 0x22, 0x27, 0x2d, 0x3a, 0x5c, 0x7f, 0x80, 0xff,
];

/** Sequences that are almost UTF-8: overlong, surrogates, cut, beyond the last code point. */
const ALMOST_UTF8: readonly (readonly number[])[] = [
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xc2, 0x9b],
  [0xe2, 0x80, 0xae],
];

type ByteEdit = (bytes: Buffer, rng: Rng) => Buffer;

const splice = (bytes: Buffer, at: number, drop: number, add: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, at), add, bytes.subarray(at + drop)]);

const EDITS: readonly ByteEdit[] = [
  (bytes, rng) => {
    const copy = Buffer.from(bytes);
    const at = rng.int(0, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << rng.int(0, 7));
    return copy;
  },
  (bytes, rng) => {
    const copy = Buffer.from(bytes);
    copy[rng.int(0, copy.length - 1)] = rng.pick(INTERESTING);
    return copy;
  },
  (bytes, rng) => splice(bytes, rng.int(0, bytes.length), rng.int(1, 40), Buffer.alloc(0)),
  (bytes, rng) => splice(bytes, rng.int(0, bytes.length), 0, Buffer.from(rng.pick(ALMOST_UTF8))),
  (bytes, rng) => bytes.subarray(0, rng.int(0, bytes.length)),
  (bytes, rng) => {
    const from = rng.int(0, bytes.length);
    const part = bytes.subarray(from, from + rng.int(1, 200));
    return splice(bytes, rng.int(0, bytes.length), 0, part);
  },
  (bytes, rng) =>
    splice(bytes, rng.int(0, bytes.length), 0, Buffer.alloc(rng.int(1, 64), rng.int(0, 255))),
];

/** A few changes that know nothing of what the bytes mean. */
export function mutateBytes(bytes: Uint8Array, rng: Rng): Uint8Array {
  let result: Buffer = Buffer.from(bytes);
  for (let left = rng.int(1, 4); left > 0; left -= 1)
    result = result.length === 0 ? Buffer.from('x') : rng.pick(EDITS)(result, rng);
  return result;
}

const PAGE = 4_096;

/** Changes that happen to a database file: pages lost, swapped, zeroed, from elsewhere in it. */
export function mutatePages(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (rng.chance(0.6)) return mutateBytes(bytes, rng);
  const copy = Buffer.from(bytes);
  const pages = Math.max(1, Math.floor(copy.length / PAGE));
  const [from, to] = [rng.int(0, pages - 1) * PAGE, rng.int(0, pages - 1) * PAGE];
  switch (rng.int(0, 4)) {
    case 0:
      return copy.fill(0, from, from + PAGE);
    case 1:
      bytes.slice(to, to + PAGE).forEach((byte, at) => {
        copy[from + at] = byte;
      });
      return copy;
    case 2:
      return copy.subarray(0, from);
    case 3:
      return copy.fill(rng.int(0, 255), from, from + rng.int(1, 512));
    default:
      return Buffer.concat([copy, copy.subarray(from, from + PAGE)]);
  }
}
