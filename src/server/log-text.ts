import type { LogLevel } from '../reconciler/ports/runtime.ts';

const LEVEL_WIDTH = 5;
const EVENT_WIDTH = 16;
const PRODUCT_WIDTH = 25;
/** Enough to tell tokens apart by eye; JSON has the whole. */
const TOKEN_SHOWN = 12;

const COLOURS: Readonly<Record<LogLevel, string>> = {
  trace: '\u001b[2m',
  debug: '\u001b[2m',
  info: '',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const PLAIN = '\u001b[0m';

/** These stand in columns of their own. */
const COLUMNS: ReadonlySet<string> = new Set([
  'level',
  'time',
  'event',
  'msg',
  'target',
  'provisionedProduct',
]);

/** Said of every line about a provisioned product; on a terminal they are noise. */
const LEFT_OUT_OF_PRODUCTS: ReadonlySet<string> = new Set(['provisionedProductId', 'revision']);

/** Makes a line of the JSON log a line of text: time, level, event, product, fields, message. */
export function textLine(colour: boolean): (json: string) => string {
  return (json) => {
    const line: Record<string, unknown> = JSON.parse(json);
    const parts = [
      `${column(String(line.time).slice(11), 0)} ${levelOf(line.level, colour)}`,
      column(String(line.event), EVENT_WIDTH),
      column(productOf(line), PRODUCT_WIDTH),
      [...pairsOf(line), ...(line.msg === undefined ? [] : [String(line.msg)])].join(' '),
    ];
    return `${`${parts[0]} ${parts.slice(1).join('  ')}`.trimEnd()}\n`;
  };
}

const column = (text: string, width: number) => text.padEnd(width);

function levelOf(level: unknown, colour: boolean): string {
  const name = String(level);
  const shown = name.toUpperCase().padEnd(LEVEL_WIDTH);
  const start = Object.hasOwn(COLOURS, name) ? COLOURS[name as LogLevel] : '';
  return colour && start !== '' ? `${start}${shown}${PLAIN}` : shown;
}

function productOf(line: Readonly<Record<string, unknown>>): string {
  const parts = [line.target, line.provisionedProduct].filter((part) => part !== undefined);
  return parts.length === 0 ? '-' : parts.map(String).join('/');
}

function pairsOf(line: Readonly<Record<string, unknown>>): readonly string[] {
  const aboutProduct = line.provisionedProduct !== undefined;
  return Object.entries(line).flatMap(([name, value]) => {
    if (COLUMNS.has(name) || value === null) return [];
    if (aboutProduct && LEFT_OUT_OF_PRODUCTS.has(name)) return [];
    const shown = name === 'token' ? String(value).slice(0, TOKEN_SHOWN) : value;
    return [`${name}=${quoted(shown)}`];
  });
}

/**
 * A text as it is where it is one plain word, else in quotes; anything else as JSON. Backslashes
 * before a quote are doubled, so that no text can end its quotes and go on as a field of its own.
 */
function quoted(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (!/^$|[\s"=]/.test(value)) return value;
  return `"${value.replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => `${slashes}${slashes}${quote === '' ? '' : '\\"'}`)}"`;
}
