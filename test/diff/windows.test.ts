import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidingSets, meaningOf, shownWindows, windowState } from '../../src/diff/windows.ts';
import type { SyncWindow } from '../../src/domain/hold.ts';
import { asTargetName } from '../../src/domain/ids.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** `allow 0 22 * * * 8h Europe/Berlin`. */
function windowOf(text: string, more: Partial<SyncWindow> = {}): SyncWindow {
  const [kind, ...rest] = text.split(' ');
  const [duration = '', timeZone = 'UTC'] = rest.slice(5);
  const unit = { m: MINUTE, h: HOUR, d: 24 * HOUR }[duration.slice(-1)] ?? 0;
  return {
    kind: kind === 'deny' ? 'deny' : 'allow',
    schedule: rest.slice(0, 5).join(' '),
    durationMs: Number(duration.slice(0, -1)) * unit,
    timeZone,
    targets: [],
    names: [],
    labels: {},
    manual: false,
    reason: null,
    ...more,
  };
}

/** `open until 2026-11-21T22:00:00Z`, in one line. */
function told(windows: readonly SyncWindow[], at: string, starter?: 'person' | 'daemon'): string {
  const { kind, until } = windowState(windows, Date.parse(at), starter);
  const end = until === null ? 'for good' : new Date(until).toISOString().replace(':00.000Z', 'Z');
  return `${kind} ${end}`;
}

const NIGHT = windowOf('allow 0 22 * * 1-5 8h Europe/Berlin');
const DAY = windowOf('deny 0 8 * * * 10h UTC');

describe('the state of sync windows', () => {
  it.each([
    ['no windows', [], '2026-11-21T12:00Z', 'open for good'],
    // 22:00 in Berlin is 21:00 UTC in winter; 2026-11-21 is a Saturday.
    ['an allow window, before', [NIGHT], '2026-11-20T20:59:59.999Z', 'closed 2026-11-20T21:00Z'],
    ['an allow window, at its start', [NIGHT], '2026-11-20T21:00Z', 'open 2026-11-21T05:00Z'],
    ['an allow window, at its end', [NIGHT], '2026-11-21T05:00Z', 'closed 2026-11-23T21:00Z'],
    ['an allow window, last moment', [NIGHT], '2026-11-21T04:59:59.999Z', 'open 2026-11-21T05:00Z'],
    ['a deny window alone, outside', [DAY], '2026-11-21T07:00Z', 'open 2026-11-21T08:00Z'],
    ['a deny window alone, inside', [DAY], '2026-11-21T08:00Z', 'closed 2026-11-21T18:00Z'],
    [
      'deny inside allow wins',
      [windowOf('allow 0 0 * * * 24h'), windowOf('deny 0 12 * * * 1h')],
      '2026-11-21T12:30Z',
      'closed 2026-11-21T13:00Z',
    ],
    [
      'a deny under which allows open hundreds of times',
      [windowOf('deny 0 0 20 12 * 14d'), windowOf('allow 0 * * * * 30m')],
      '2026-12-21T00:10Z',
      'closed 2027-01-03T00:00Z',
    ],
    [
      'a deny that outlasts the allow: closed until the next allow',
      [windowOf('allow 0 10 * * * 2h'), windowOf('deny 0 11 * * * 3h')],
      '2026-11-21T11:00Z',
      'closed 2026-11-22T10:00Z',
    ],
    [
      'overlapping allows are one',
      [windowOf('allow 0 10 * * * 2h'), windowOf('allow 0 11 * * * 3h')],
      '2026-11-21T10:30Z',
      'open 2026-11-21T14:00Z',
    ],
    [
      'a duration longer than the interval: never closed again',
      [windowOf('allow 0 * * * * 90m')],
      '2026-11-21T10:30Z',
      'open for good',
    ],
    [
      'a deny longer than its interval: never open again',
      [windowOf('deny 0 0 * * * 2d')],
      '2026-11-21T10:30Z',
      'closed for good',
    ],
    [
      'the 31st, after a short month',
      [windowOf('allow 0 22 31 * * 8h')],
      '2026-11-21T12:00Z',
      'closed 2026-12-31T22:00Z',
    ],
    [
      'the 31st, over the end of the month',
      [windowOf('allow 0 22 31 * * 8h')],
      '2026-11-01T05:00Z',
      'open 2026-11-01T06:00Z',
    ],
    [
      'the last day of the month',
      [windowOf('allow 0 22 L * * 8h')],
      '2027-02-20T12:00Z',
      'closed 2027-02-28T22:00Z',
    ],
    [
      'the 29th of February',
      [windowOf('allow 0 0 29 2 * 1h')],
      '2027-12-01T12:00Z',
      'closed 2028-02-29T00:00Z',
    ],
    [
      'far beyond the horizon',
      [windowOf('allow 0 0 29 2 * 1h')],
      '2026-11-21T12:00Z',
      'closed for good',
    ],
    // Berlin springs from 02:00 to 03:00 on 2026-03-29, and falls from 03:00 back to 02:00 on 2026-10-25.
    [
      'spring: the hour that is left out opens when it is over',
      [windowOf('allow 30 2 * * * 1h Europe/Berlin')],
      '2026-03-29T00:30Z',
      'closed 2026-03-29T01:00Z',
    ],
    [
      'spring: so does one of several hours',
      [windowOf('deny 0 2,14 * * * 4h Europe/Berlin')],
      '2026-03-29T01:30Z',
      'closed 2026-03-29T05:00Z',
    ],
    [
      'spring: and of a range of hours',
      [windowOf('deny 30 2-3 * * * 10m Europe/Berlin')],
      '2026-03-29T00:30Z',
      'open 2026-03-29T01:00Z',
    ],
    [
      'spring: and several minutes of that hour',
      [windowOf('deny 0,30 2 * * 0 4h Europe/Berlin')],
      '2026-03-29T01:00Z',
      'closed 2026-03-29T05:00Z',
    ],
    [
      'spring: a step or * leaves it out',
      [windowOf('deny 0 */2 * * * 1h Europe/Berlin')],
      '2026-03-29T01:30Z',
      'open 2026-03-29T02:00Z',
    ],
    [
      'spring: and lasts as long as ever',
      [windowOf('allow 30 2 * * * 1h Europe/Berlin')],
      '2026-03-29T01:00Z',
      'open 2026-03-29T02:00Z',
    ],
    [
      'spring: a night is one hour shorter on the clock, not in time',
      [windowOf('allow 0 22 * * * 8h Europe/Berlin')],
      '2026-03-28T23:00Z',
      'open 2026-03-29T05:00Z',
    ],
    [
      'autumn: of an hour that comes twice the first counts',
      [windowOf('allow 30 2 * * * 30m Europe/Berlin')],
      '2026-10-25T00:30Z',
      'open 2026-10-25T01:00Z',
    ],
    [
      'autumn: and the second does not',
      [windowOf('allow 30 2 * * * 30m Europe/Berlin')],
      '2026-10-25T01:30Z',
      'closed 2026-10-26T01:30Z',
    ],
    [
      'autumn: every hour means both of them',
      [windowOf('allow 30 * * * * 10m Europe/Berlin')],
      '2026-10-25T01:35Z',
      'open 2026-10-25T01:40Z',
    ],
    [
      'autumn: so do several hours',
      [windowOf('allow 30 2,14 * * * 10m Europe/Berlin')],
      '2026-10-25T01:35Z',
      'open 2026-10-25T01:40Z',
    ],
    [
      'autumn: and several minutes',
      [windowOf('allow 0,30 2 * * * 10m Europe/Berlin')],
      '2026-10-25T01:35Z',
      'open 2026-10-25T01:40Z',
    ],
    [
      'half an hour of summer time (Lord Howe)',
      [windowOf('deny 0 2 * * * 1h Australia/Lord_Howe')],
      '2026-10-03T15:30Z',
      'closed 2026-10-03T16:30Z',
    ],
    [
      'across the new year',
      [windowOf('deny 0 18 24 12 * 9d Europe/Berlin')],
      '2027-01-01T00:00Z',
      'closed 2027-01-02T17:00Z',
    ],
  ] as const)('%s', (_what, windows, at, expected) => {
    expect(told(windows, at)).toBe(expected);
  });

  it('names the deny window that is open, and none where it is outside of the allow windows', () => {
    const at = Date.parse('2026-11-21T12:30Z');
    expect(windowState([NIGHT, DAY], at)).toMatchObject({ kind: 'closed', denied: DAY });
    expect(windowState([NIGHT], at)).toMatchObject({ kind: 'closed', denied: null });
  });

  it('lets a person through where a window says manual, and nobody else', () => {
    const deny = { ...DAY, manual: true };
    const allow = { ...NIGHT, manual: true };
    const at = '2026-11-21T12:30Z';
    expect(told([deny], at)).toMatch(/^closed/);
    expect(told([deny], at, 'person')).toBe('open for good');
    expect(told([allow, NIGHT], at)).toMatch(/^closed/);
    expect(told([allow, NIGHT], at, 'person')).toBe('open for good');
    expect(told([deny, NIGHT], at, 'person')).toMatch(/^closed/);
    expect(told([allow, DAY], at, 'person')).toMatch(/^closed 2026-11-21T18:00Z/);
  });

  it('ends soon, whatever the windows are', () => {
    const windows = Array.from({ length: 20 }, () => windowOf('allow * * * * * 1m'));
    const startedMs = performance.now();
    expect(told(windows, '2026-11-21T12:30Z')).toBe('open for good');
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('is open exactly within a duration after a start, in every zone, at any time', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    ];
    const schedules = ['0 22 * * *', '30 2 * * *', '*/15 1-3 * * *', '0 2 * * 0', '15 * 28-31 * *'];
    const from = Date.UTC(2026, 0, 1);
    const starts = new Map<string, readonly number[]>();
    const startsOf = (schedule: string, timeZone: string): readonly number[] => {
      const known = starts.get(schedule + timeZone);
      if (known !== undefined) return known;
      const cron = new Cron(schedule, { timezone: timeZone, mode: '5-part' });
      const found: number[] = [];
      for (
        let next = cron.nextRun(new Date(from - 40 * 24 * HOUR));
        next !== null && next.getTime() < from + 366 * 24 * HOUR;
        next = cron.nextRun(next)
      )
        found.push(next.getTime());
      starts.set(schedule + timeZone, found);
      return found;
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...schedules),
        fc.integer({ min: 1, max: 30 * 60 }),
        fc.integer({ min: 0, max: 364 * 24 * 3_600_000 }),
        (timeZone, schedule, minutes, offset) => {
          const durationMs = minutes * MINUTE;
          const now = from + offset;
          const window = { ...windowOf('allow 0 0 * * * 1h'), schedule, timeZone, durationMs };
          const isOpen = startsOf(schedule, timeZone).some(
            (start) => start <= now && now < start + durationMs,
          );
          const state = windowState([window], now);
          expect(state.kind).toBe(isOpen ? 'open' : 'closed');
          if (state.until === null) return;
          expect(state.until).toBeGreaterThan(now);
          expect(windowState([window], state.until - 1).kind).toBe(state.kind);
          expect(windowState([window], state.until).kind).not.toBe(state.kind);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('whom a window is for', () => {
  const target = asTargetName('prod-eu');
  const subject = { target, name: 'net-a', labels: { team: 'a' } };
  it.each([
    [{}, true],
    [{ targets: ['prod-eu'] }, true],
    [{ targets: ['prod-us'] }, false],
    [{ names: ['net-a'] }, true],
    [{ names: ['prod-eu/net-a'] }, true],
    [{ names: ['prod-us/net-a'] }, false],
    [{ names: ['net-*'] }, true],
    [{ names: ['*-a'] }, true],
    [{ names: ['*'] }, true],
    [{ names: ['n*t*a'] }, true],
    [{ names: ['net-a*a'] }, false],
    [{ names: ['net-*a'] }, true],
    [{ names: ['net-*b'] }, false],
    [{ names: ['net-*-a'] }, false],
    [{ names: ['n*x*a'] }, false],
    [{ names: ['n*t*t*a'] }, false],
    [{ names: ['nobody', 'net-a'] }, true],
    [{ names: ['net'] }, false],
    [{ names: ['*/net-a'] }, true],
    [{ labels: { team: 'a' } }, true],
    [{ labels: { team: 'b' } }, false],
    [{ labels: { team: 'a', tier: '1' } }, false],
    [{ targets: ['prod-us'], names: ['net-a'] }, false],
  ])('%j: %s', (condition, expected) => {
    expect(meaningOf({ ...NIGHT, ...condition }, subject)).toBe(expected ? 'yes' : 'no');
  });

  it.each([
    ['its label', ['net-a'], true],
    ['its name in AWS', ['prod-eu/network-*'], true],
    ['another name', ['network-b'], false],
  ])('that bears a label and another name: named by %s', (_how, names, expected) => {
    const labelled = { ...subject, realName: 'network-a' };
    expect(meaningOf({ ...NIGHT, names }, labelled)).toBe(expected ? 'yes' : 'no');
  });

  it.each([
    ['nothing but its target', { name: null, labels: null }, { targets: ['prod-us'] }, 'no'],
    ['nothing but its target', { name: null, labels: null }, { names: ['net-a'] }, 'maybe'],
    ['nothing but its target', { name: null, labels: null }, {}, 'yes'],
    ['its name', { labels: null }, { names: ['net-a'] }, 'yes'],
    ['its name', { labels: null }, { names: ['net-b'], labels: { team: 'b' } }, 'no'],
    ['its name', { labels: null }, { names: ['net-a'], labels: { team: 'b' } }, 'maybe'],
    ['a label of it', { realName: null }, { names: ['network-b'] }, 'maybe'],
    ['a label of it', { realName: null }, { names: ['net-a'] }, 'yes'],
    ['a label of it', { realName: null }, { names: ['network-b'], labels: { team: 'b' } }, 'no'],
  ])('known is %s (%j), the window has %j: %s', (_known, unknown, condition, expected) => {
    expect(meaningOf({ ...NIGHT, ...condition }, { ...subject, ...unknown })).toBe(expected);
  });
});

describe('the windows that decide', () => {
  const target = asTargetName('prod-eu');
  const a = { ...NIGHT, labels: { team: 'a' } };
  const b = { ...NIGHT, labels: { team: 'b' } };
  const denied = { ...DAY, labels: { team: 'a' } };

  it.each<[string, readonly SyncWindow[], Record<string, string> | null, number[][]]>([
    ['of none: none', [], null, [[]]],
    ['what is known', [a, b, denied], { team: 'a' }, [[2, 0]]],
    ['what is known, of others', [a, b, denied], { team: 'b' }, [[1]]],
    [
      'each that may be the only one, and what may deny',
      [a, b, denied],
      null,
      [
        [2, 0],
        [2, 1],
      ],
    ],
    ['what is certain lets through, what may be does not', [a, NIGHT, b], null, [[1]]],
  ])('%s', (_what, windows, labels, expected) => {
    expect(decidingSets(windows, { target, name: 'net-a', labels })).toEqual(expected);
  });
});

it('each window is shown by itself', () => {
  const shown = shownWindows([NIGHT, DAY], Date.parse('2026-11-21T12:30Z'));
  expect(shown.map(({ isOpen, until }) => [isOpen, until])).toEqual([
    [false, '2026-11-23T21:00:00.000Z'],
    [true, '2026-11-21T18:00:00.000Z'],
  ]);
});
