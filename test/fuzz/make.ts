import { Rng } from '../simulation/rng.ts';
import { corpusOf, type Input, type Kind, pathOf } from './corpus.ts';
import { goodJournal } from './good-journal.ts';
import { mutateBytes, mutatePages } from './mutate-bytes.ts';
import { mutateText } from './mutate-text.ts';
import { scalar, structure, WORDS } from './words.ts';

/** The examples and the corpus are larger than the files that show one mistake each. */
const GOOD_BYTES = 600;

const corpora = new Map<Kind, readonly Input[]>();

function known(kind: Kind): readonly Input[] {
  const found = corpora.get(kind);
  if (found !== undefined) return found;
  const read = kind === 'journal' ? [goodJournal()] : corpusOf(kind);
  corpora.set(kind, read);
  return read;
}

/** Input number `index` of a seed: the same on every machine, whatever was made before it. */
export function makeInput(kind: Kind, seed: number, index: number): Input {
  const rng = new Rng(`${kind}/${seed}/${index}`);
  // Half of the time one of those that are good: most of the others are refused already.
  const good = known(kind).filter(({ bytes }) => bytes.length > GOOD_BYTES);
  const base = rng.pick(good.length > 0 && rng.chance(0.5) ? good : known(kind));
  if (kind === 'journal') return { path: base.path, bytes: mutatePages(base.bytes, rng) };
  const text = () => Buffer.from(base.bytes).toString('utf8');
  const others = () => [Buffer.from(rng.pick(known(kind)).bytes).toString('utf8')];
  const [path, made] = rng.weighted<() => readonly [string, Uint8Array]>([
    [5, () => [base.path, Buffer.from(mutateText(text(), rng, others()))]],
    [2, () => [base.path, mutateBytes(base.bytes, rng)]],
    [1, () => [base.path, mutateBytes(Buffer.from(mutateText(text(), rng, [])), rng)]],
    [2, () => [pathOf(kind, rng.pick(['a.yaml', 'a.json'])), Buffer.from(structure(rng))]],
  ])();
  return { path, bytes: kind === 'config' ? withSettings(made, rng) : made };
}

/** A configuration is also made of variables and flags: they stand in comments of the file. */
function withSettings(bytes: Uint8Array, rng: Rng): Uint8Array {
  const lines = Array.from({ length: rng.int(0, 3) }, () => {
    const where = rng.pick(['env', 'flag']);
    const word = rng.pick(WORDS);
    const name = where === 'env' ? `TRUEUP_${word.replace(/[A-Z]/g, '_$&').toUpperCase()}` : word;
    return `#${where} ${name}=${scalar(rng)}\n`;
  });
  return Buffer.concat([...lines.map((line) => Buffer.from(line)), bytes]);
}
