import { pino } from 'pino';
import type { Clock, Log, LogLevel } from '../reconciler/ports/runtime.ts';
import { type Plain, plain, plainFields, type Redact } from './log-fields.ts';
import { textLine } from './log-text.ts';
import { type LogDestination, lineWriter } from './write-lines.ts';

export interface LogOptions {
  /** The least grave level that is written. */
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly destination: LogDestination;
  /** Text only: colours the level. */
  readonly colour: boolean;
  readonly clock: Pick<Clock, 'now'>;
  /** Sees every text before it is written, and takes out what must not be. */
  readonly redact: Redact;
}

/** Names that a line has of its own; a field of that name gets a trailing underscore. */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'event', 'msg']);

/**
 * The log: one JSON object a line, or a view of it as text. A line is written before `write`
 * returns, so nothing is lost at exit. Never throws: a log that cannot be written is no reason to
 * stop.
 */
export function createLog(options: LogOptions): Log {
  const { redact } = options;
  const writeLine = lineWriter(options.destination);
  const toLine = options.format === 'json' ? (line: string) => line : textLine(options.colour);
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"time":"${new Date(options.clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => writeLine(toLine(line)) },
  );
  return {
    write(level, event, fields, message) {
      try {
        if (!logger.isLevelEnabled(level)) return;
        const line = { event: plain(event, redact), ...namedFields(fields, redact) };
        if (message === undefined) logger[level](line);
        else logger[level](line, String(plain(message, redact)));
      } catch {
        // Nowhere to report it: this is where things are reported.
      }
    },
  };
}

function namedFields(fields: object, redact: Redact): Record<string, Plain> {
  const named: Record<string, Plain> = Object.create(null);
  for (const [name, value] of Object.entries(plainFields(fields, redact))) {
    named[RESERVED.has(name) ? `${name}_` : name] = value;
  }
  return named;
}
