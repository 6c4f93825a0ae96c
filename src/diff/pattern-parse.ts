/** A pattern as the steps of a machine that reads a text sign by sign. */
export type Instruction =
  | { readonly op: 'sign'; readonly test: RegExp }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'start' }
  | { readonly op: 'end' }
  | { readonly op: 'boundary'; readonly wanted: boolean }
  /** What stands from `inner` to its `match` does, or does not, begin here. */
  | {
      readonly op: 'ahead';
      readonly inner: number;
      readonly wanted: boolean;
      readonly next: number;
    }
  | { readonly op: 'match' };

/** Repetitions are written out, so a short pattern may become long. */
const INSTRUCTIONS_MAX = 5_000;

/** The pattern is too large, or holds something that is not understood here. */
class NotUnderstood extends Error {}

/** One piece of a pattern: appends its instructions. */
type Piece = (program: Instruction[]) => void;

/** The machine of a pattern that JavaScript takes as well; null where it is not understood. */
export function programOf(pattern: string): readonly Instruction[] | null {
  const program: Instruction[] = [];
  try {
    const parser = new Parser(pattern);
    parser.whole()(program);
    emit(program, { op: 'match' });
    return program;
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

function emit(program: Instruction[], instruction: Instruction): number {
  if (program.length >= INSTRUCTIONS_MAX) throw new NotUnderstood();
  return program.push(instruction) - 1;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Piece {
    const piece = this.#choice();
    if (this.#at < this.#text.length) throw new NotUnderstood();
    return piece;
  }

  #choice(): Piece {
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    return branches.reduceRight((rest, branch) => either(branch, rest));
  }

  #sequence(): Piece {
    const pieces: Piece[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text.charAt(this.#at)))
      pieces.push(this.#repeated());
    return (program) => {
      for (const piece of pieces) piece(program);
    };
  }

  #repeated(): Piece {
    const piece = this.#atom();
    const found = this.#match(/(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y);
    if (found === null) return piece;
    // Two quantifiers in a row are possessive in Java.
    if (/[*+?{]/.test(this.#text.charAt(this.#at))) throw new NotUnderstood();
    const [sign, least, comma, most] = found;
    if (least === undefined) {
      const from = sign.startsWith('+') ? 1 : 0;
      return repeat(piece, from, sign.startsWith('?') ? 1 : null);
    }
    if (comma === '') return repeat(piece, Number(least), Number(least));
    return repeat(piece, Number(least), most === '' ? null : Number(most));
  }

  #atom(): Piece {
    if (this.#take('(')) return this.#group();
    if (this.#take('^')) return (program) => void emit(program, { op: 'start' });
    if (this.#take('$')) return (program) => void emit(program, { op: 'end' });
    const boundary = this.#match(/\\[bB]/y);
    if (boundary !== null) {
      const wanted = boundary[0] === '\\b';
      return (program) => void emit(program, { op: 'boundary', wanted });
    }
    const found = this.#match(/\[\^?(?:\\[\s\S]|[^\]\\])+\]|\\[\s\S]|[^[\]{}*+?\\]/y);
    if (found === null) throw new NotUnderstood();
    const test = new RegExp(`^(?:${found[0]})$`);
    return (program) => void emit(program, { op: 'sign', test });
  }

  #group(): Piece {
    const kind = this.#match(/\?[:=!]/y)?.[0];
    if (kind === undefined && this.#text.charAt(this.#at) === '?') throw new NotUnderstood();
    const inner = this.#choice();
    if (!this.#take(')')) throw new NotUnderstood();
    return kind === '?=' || kind === '?!' ? ahead(inner, kind === '?=') : inner;
  }

  #take(sign: string): boolean {
    if (this.#text.charAt(this.#at) !== sign) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    this.#at += found?.[0].length ?? 0;
    return found;
  }
}

function either(first: Piece, second: Piece): Piece {
  return (program) => {
    const split = emit(program, { op: 'match' });
    first(program);
    const jump = emit(program, { op: 'match' });
    program[split] = { op: 'split', first: split + 1, second: program.length };
    second(program);
    program[jump] = { op: 'split', first: program.length, second: program.length };
  };
}

/** `most` is null where there is no limit. */
function repeat(piece: Piece, least: number, most: number | null): Piece {
  return (program) => {
    if (Math.max(least, most ?? 0) > INSTRUCTIONS_MAX) throw new NotUnderstood();
    for (let n = 0; n < least; n += 1) piece(program);
    if (most === null) {
      const split = emit(program, { op: 'match' });
      piece(program);
      emit(program, { op: 'split', first: split, second: split });
      program[split] = { op: 'split', first: split + 1, second: program.length };
      return;
    }
    for (let n = least; n < most; n += 1) either(piece, () => undefined)(program);
  };
}

function ahead(piece: Piece, wanted: boolean): Piece {
  return (program) => {
    const look = emit(program, { op: 'match' });
    piece(program);
    emit(program, { op: 'match' });
    program[look] = { op: 'ahead', inner: look + 1, wanted, next: program.length };
  };
}
