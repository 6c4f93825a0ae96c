import { type Instruction, programOf } from './pattern-parse.ts';

/** Escapes that mean the same in both languages; a sign that is no letter or digit always does. */
const SHARED_ESCAPE = /\\(?:[dDwWsSbBnrtf]|[^A-Za-z0-9])/g;
const GROUP_EXTENSION = /\(\?(?![:=!])/;
/** A pattern of a template is at most so long. */
const PATTERN_MAX = 4_096;
/** What a check may cost, in steps of the machine: some 20 ms. */
const STEPS_MAX = 1_000_000;

/**
 * Whether the whole value matches a pattern of a CloudFormation template. Such patterns are written
 * in Java's language: where JavaScript might understand one differently, or where checking could
 * take long, the answer is `unchecked`, never a guess. JavaScript's own matcher would go back and
 * forth without an end on some patterns; this one looks at each place of the value once for each
 * part of the pattern.
 */
export function matchesWhole(pattern: string, value: string): 'matches' | 'differs' | 'unchecked' {
  if (pattern.length > PATTERN_MAX || !isShared(pattern)) return 'unchecked';
  const program = programOf(pattern);
  if (program === null) return 'unchecked';
  const verdict = new Machine(program, value).matches();
  if (verdict === null) return 'unchecked';
  return verdict ? 'matches' : 'differs';
}

function isShared(pattern: string): boolean {
  const rest = pattern.replace(SHARED_ESCAPE, '');
  // Left over: letter escapes (\p, \A, \Q, back references), set operations, inline flags.
  if (rest.includes('\\') || rest.includes('&&') || GROUP_EXTENSION.test(rest)) return false;
  // A bracket inside a class is a union in Java and a plain sign in JavaScript.
  if (/\[[^\]]*\[/.test(rest) || /\[\^?\]/.test(rest)) return false;
  try {
    return new RegExp(pattern).source !== '';
  } catch {
    return false;
  }
}

class OutOfSteps extends Error {}

class Machine {
  readonly #program: readonly Instruction[];
  readonly #value: string;
  readonly #ahead = new Map<number, boolean>();
  #steps = 0;

  constructor(program: readonly Instruction[], value: string) {
    this.#program = program;
    this.#value = value;
  }

  /** null: it would take too long to tell. */
  matches(): boolean | null {
    try {
      return this.#run(0, 0, true);
    } catch (error) {
      if (error instanceof OutOfSteps) return null;
      throw error;
    }
  }

  #slot(at: number, place: number): number {
    return at * (this.#value.length + 1) + place;
  }

  /** Whether some way from here ends in `match`; with `whole`, at the end of the value. */
  #run(start: number, from: number, whole: boolean): boolean {
    const seen = new Set<number>();
    const waiting: [at: number, place: number][] = [[start, from]];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const [at, place] = one;
      if (seen.has(this.#slot(at, place))) continue;
      seen.add(this.#slot(at, place));
      this.#steps += 1;
      if (this.#steps > STEPS_MAX) throw new OutOfSteps();
      const instruction = this.#program[at] ?? { op: 'match' };
      if (instruction.op === 'match') {
        if (!whole || place === this.#value.length) return true;
      } else if (instruction.op === 'split') {
        waiting.push([instruction.second, place], [instruction.first, place]);
      } else if (instruction.op === 'sign') {
        if (place < this.#value.length && instruction.test.test(this.#value.charAt(place)))
          waiting.push([at + 1, place + 1]);
      } else if (this.#holds(instruction, at, place)) {
        waiting.push([instruction.op === 'ahead' ? instruction.next : at + 1, place]);
      }
    }
    return false;
  }

  #holds(
    instruction: Exclude<Instruction, { op: 'match' | 'split' | 'sign' }>,
    at: number,
    place: number,
  ): boolean {
    switch (instruction.op) {
      case 'start':
        return place === 0;
      case 'end':
        return place === this.#value.length;
      case 'boundary':
        return (this.#isWord(place - 1) !== this.#isWord(place)) === instruction.wanted;
      case 'ahead': {
        const known = this.#ahead.get(this.#slot(at, place));
        const begins = known ?? this.#run(instruction.inner, place, false);
        this.#ahead.set(this.#slot(at, place), begins);
        return begins === instruction.wanted;
      }
      default:
        return instruction satisfies never;
    }
  }

  #isWord(place: number): boolean {
    return /\w/.test(this.#value.charAt(place));
  }
}
