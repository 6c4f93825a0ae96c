import type { RecordView } from '../domain/live.ts';

const ACCOUNT_BUSY = /another AWS Control Tower operation is in progress/i;

/** Nothing failed: Control Tower only worked on something else. */
export function isAccountBusy(text: string): boolean {
  return ACCOUNT_BUSY.test(text);
}

/** Failures that pass by themselves. Anything else needs a change or a person. */
const RETRYABLE: readonly RegExp[] = [
  ACCOUNT_BUSY,
  /\bThrottling(?:Exception)?\b|\bthrottled\b|\bRate exceeded\b|\bTooManyRequests(?:Exception)?\b/i,
  /\bRequest ?limit ?exceeded\b/i,
  /\bInternal ?(?:Failure|Error|ServerError|ServiceError)\b|\bServiceUnavailable\b/i,
];

export function isRetryableFailure(text: string): boolean {
  return RETRYABLE.some((pattern) => pattern.test(text));
}

/** What AWS said, with the codes that people are not shown: these tell whether a failure passes by itself. */
export function rawFailure(record: RecordView, statusMessage: string | null): string {
  const described = record.errors.map(({ code, description }) => `${code} ${description}`.trim());
  return described.some((text) => text !== '') ? described.join('\n') : (statusMessage ?? '');
}

const EXCEPTION_PREFIX = /^(?:[A-Za-z.]+(?:Exception|Error))[:\s]\s*/;
const SERVICE_SUFFIX = /\s*\((?:Service|Status Code|Error Code|Request ID)\b[^()]*\)\s*/g;
const REASON_MAX = 1_000;

/**
 * Why a record failed, as a readable sentence: its own errors, else the provisioned product's
 * status message, because failed records come with an empty list of errors too.
 */
export function failureReason(record: RecordView, statusMessage: string | null): string {
  const described = record.errors.map((error) => readable(error.description)).filter(Boolean);
  const reason = [...new Set(described)].join(' ') || readable(statusMessage ?? '');
  if (reason === '') return `the record ended ${record.status}, and AWS gave no reason`;
  return reason.length <= REASON_MAX ? reason : `${reason.slice(0, REASON_MAX)}…`;
}

function readable(text: string): string {
  return text
    .trim()
    .replace(EXCEPTION_PREFIX, '')
    .replace(SERVICE_SUFFIX, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
