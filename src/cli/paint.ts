import { noPaint, type Paint, type Style } from '../diff/render/words.ts';

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  heading: [1, 22],
  update: [33, 39],
  drift: [35, 39],
  refused: [31, 39],
  quiet: [2, 22],
  good: [32, 39],
};

/** Colour on a terminal, plain text anywhere else. */
export function paintFor(colour: boolean): Paint {
  if (!colour) return noPaint;
  return (style, text) => {
    const [on, off] = CODES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
