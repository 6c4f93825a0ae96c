import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { formatPosition } from '../../src/domain/problem.ts';

const resolve = (windows: string) =>
  resolveConfig({
    flags: {},
    env: {},
    file: {
      path: 'trueup.yaml',
      bytes: new TextEncoder().encode(
        `targets: [{name: prod-eu, region: eu-west-1}]\nwindows:\n  - ${windows}\n`,
      ),
    },
  });

function refused(windows: string): readonly string[] {
  const resolved = resolve(windows);
  if (resolved.kind === 'ok') throw new Error('accepted');
  return resolved.problems.map(
    ({ at, code, field, message }) => `${formatPosition(at)} ${code} ${field}: ${message}`,
  );
}

const entry = (more: string) => `{kind: allow, duration: 8h, timeZone: Europe/Berlin, ${more}}`;
const scheduled = (more: string) => entry(`schedule: "0 22 * * 1-5", ${more}`);

describe('windows in trueup.yaml', () => {
  it('are read with their defaults', () => {
    const resolved = resolve(entry('schedule: "0 22 * * 1-5"'));
    expect(resolved).toMatchObject({
      kind: 'ok',
      config: {
        windows: [
          {
            kind: 'allow',
            schedule: '0 22 * * 1-5',
            durationMs: 28_800_000,
            timeZone: 'Europe/Berlin',
            targets: [],
            names: [],
            labels: {},
            manual: false,
            reason: null,
          },
        ],
      },
    });
  });

  it('are for targets, names and labels', () => {
    const more =
      'targets: [prod-eu], names: [net-*, prod-eu/x], labels: {tier: "1"}, manual: true, reason: nights only';
    expect(resolve(scheduled(more))).toMatchObject({
      config: {
        windows: [
          {
            targets: ['prod-eu'],
            names: ['net-*', 'prod-eu/x'],
            labels: { tier: '1' },
            manual: true,
            reason: 'nights only',
          },
        ],
      },
    });
  });

  it.each([
    [
      entry('schedule: "0 25 * * *"'),
      /^trueup\.yaml:3:68 config\/bad-schedule windows\[0\]\.schedule: "0 25 \* \* \*" is not a cron time: Invalid value for hour: 25/,
    ],
    [entry('schedule: "0 22 * * * *"'), /bad-schedule .*five cron fields/],
    [entry('schedule: "0 22 * *"'), /bad-schedule .*five cron fields/],
    [entry('schedule: "every night"'), /bad-schedule/],
    [entry('schedule: "@midnight"'), /bad-schedule .*five cron fields/],
    [entry('schedule: "0 22 30 2 *"'), /bad-schedule .*never comes/],
    [entry('schedule: "0 22 * * *", reason: ""'), /reason/],
    [
      '{kind: allow, schedule: "0 22 * * *", duration: 0s, timeZone: UTC}',
      /:3:\d+ config\/bad-window-duration .*"0s" is not from 1m to 366d/,
    ],
    [
      '{kind: allow, schedule: "0 22 * * *", duration: 90500ms, timeZone: UTC}',
      /bad-window-duration/,
    ],
    ['{kind: allow, schedule: "0 22 * * *", duration: 367d, timeZone: UTC}', /bad-window-duration/],
    [
      '{kind: allow, schedule: "0 22 * * *", duration: eight, timeZone: UTC}',
      /windows\[0\]\.duration/,
    ],
    [
      '{kind: allow, schedule: "0 22 * * *", duration: 8h, timeZone: Europe/Berlyn}',
      /:3:\d+ config\/bad-time-zone .*"Europe\/Berlyn" is not known/,
    ],
    ['{kind: permit, schedule: "0 22 * * *", duration: 8h, timeZone: UTC}', /kind/],
    ['{kind: allow, schedule: "0 22 * * *", duration: 8h}', /timeZone/],
    [
      scheduled('targets: [prod-us]'),
      /:3:\d+ config\/unknown-window-target windows\[0\]\.targets\.0: there is no target "prod-us" \(there is prod-eu\)/,
    ],
    [scheduled('names: [prod-us/net-a]'), /unknown-window-target windows\[0\]\.names\.0/],
    [scheduled('names: [a/b/c]'), /names/],
    [scheduled('colour: blue'), /colour/],
  ])('%s is refused, with its place', (windows, expected) => {
    expect(refused(windows)).toEqual([expect.stringMatching(expected)]);
  });
});
