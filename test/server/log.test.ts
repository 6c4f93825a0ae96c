import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../src/reconciler/ports/runtime.ts';
import { createLog, type LogOptions } from '../../src/server/log.ts';

const AT = Date.UTC(2026, 10, 21, 2, 58, 5, 20);

function logging(over: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'trace',
    format: 'json',
    destination: { write: (line) => lines.push(line) },
    colour: false,
    clock: { now: () => AT },
    redact: (text) => text.replaceAll('hunter2', '***'),
    ...over,
  });
  return { log, lines, last: () => lines.at(-1) ?? '', json: () => JSON.parse(lines.at(-1) ?? '') };
}

describe('the JSON log', () => {
  it('writes one line: level by name, ISO time, event, fields, message', () => {
    const { log, lines } = logging();
    log.write('info', 'update.accepted', { target: 'prod-eu', record: 'rec-1', n: 3 }, 'sent');
    expect(lines).toEqual([
      '{"level":"info","time":"2026-11-21T02:58:05.020Z","event":"update.accepted","target":"prod-eu","record":"rec-1","n":3,"msg":"sent"}\n',
    ]);
  });

  it.each<[LogLevel, LogLevel[]]>([
    ['trace', ['trace', 'debug', 'info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ])('at level %s writes %j', (level, written) => {
    const { log, lines } = logging({ level });
    for (const each of ['trace', 'debug', 'info', 'warn', 'error'] as const) {
      log.write(each, 'x', {});
    }
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(written);
  });

  it('keeps its own names: a field cannot pass for the level, time, event or message', () => {
    const { log, json, last } = logging();
    log.write('warn', 'real', { level: 'info', time: 'never', event: 'fake', msg: 'fake' }, 'real');
    expect(json()).toMatchObject({ level: 'warn', event: 'real', msg: 'real', event_: 'fake' });
    expect(last().match(/"level"/g)).toHaveLength(1);
  });

  it('redacts every text: fields, nested ones, names, event and message', () => {
    const { log, last } = logging();
    log.write(
      'error',
      'a.hunter2',
      {
        reason: 'x hunter2 y',
        deep: { list: ['hunter2'], map: new Map([['hunter2', 'hunter2']]) },
        error: new Error('bad hunter2'),
      },
      'hunter2!',
    );
    expect(last()).not.toContain('hunter2');
    expect(last().match(/\*\*\*/g)).toHaveLength(7);
  });

  it('writes nothing of a text that cannot be redacted', () => {
    const { log, json } = logging({
      redact: (text) => {
        if (text.includes('secret')) throw new Error('broken');
        return text;
      },
    });
    log.write('info', 'x', { reason: 'secret' });
    expect(json()).toMatchObject({ event: 'x', reason: '(cannot be shown)' });
  });

  it('takes % in a message as it is', () => {
    const { log, json } = logging();
    log.write('info', 'x', {}, '97 % done, %s %d %%');
    expect(json().msg).toBe('97 % done, %s %d %%');
  });

  it('carries what JSON cannot', () => {
    const { log, json } = logging();
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    log.write('info', 'x', {
      big: 12n,
      nan: Number.NaN,
      when: new Date(AT),
      bad: new Date(Number.NaN),
      error: new TypeError('no'),
      set: new Set([1]),
      none: undefined,
      nothing: null,
      call: () => 1,
      loop,
    });
    expect(json()).toMatchObject({
      big: '12',
      nan: 'NaN',
      when: '2026-11-21T02:58:05.020Z',
      bad: '(no time)',
      error: { name: 'TypeError', message: 'no' },
      set: [1],
      nothing: null,
      call: '(function)',
    });
    expect(json()).not.toHaveProperty('none');
  });

  it('never throws and never breaks a line, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true }), fc.string(), (value, text) => {
        const { log, lines } = logging({ format: 'text' });
        const hostile = {
          get boom() {
            throw new Error('getter');
          },
        };
        log.write('info', text, { value, hostile, [text]: text }, text);
        expect(lines).toHaveLength(1);
        expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
      }),
    );
  });

  it('outlives a destination that fails', () => {
    const { log } = logging({
      destination: {
        write: () => {
          throw new Error('EPIPE');
        },
      },
    });
    expect(() => log.write('error', 'x', {})).not.toThrow();
  });
});

describe('harmless text', () => {
  it('cannot steer a terminal or forge a line, in either format', () => {
    const evil = 'a\u001b[2J\r\nb\u0007\u009bc\u202ed\u2028e\u0000';
    const shown = 'a\\u001b[2J\\r\\nb\\u0007\\u009bc\\u202ed\\u2028e\\u0000';
    const json = logging();
    json.log.write('info', 'x', { reason: evil });
    expect(json.json().reason).toBe(shown);
    const text = logging({ format: 'text' });
    text.log.write('info', 'x', { reason: evil, [evil]: 1 }, evil);
    expect(text.last()).toContain(shown);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text.last().trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  });
});

describe('the text log', () => {
  const text = (
    ...[level, event, fields, message]: Parameters<ReturnType<typeof createLog>['write']>
  ) => {
    const made = logging({ format: 'text' });
    made.log.write(level, event, fields, message);
    return made.last();
  };
  const about = { target: 'prod-eu', provisionedProduct: 'net-sandbox-a' };

  it('lines up as on the page', () => {
    expect(
      text('info', 'update.accepted', {
        ...about,
        record: 'rec-4hn2qk7wzt3ga',
        token: 'tu1-8c1e52f0aaaabbbbcccc',
      }),
    ).toBe(
      '02:58:05.020Z INFO  update.accepted   prod-eu/net-sandbox-a      record=rec-4hn2qk7wzt3ga token=tu1-8c1e52f0\n',
    );
    expect(
      text(
        'warn',
        'record.failing',
        { target: 'prod-eu', provisionedProduct: 'net-payments-prod', record: 'rec-7bd5xw2mcy6ro' },
        'rolling back',
      ),
    ).toBe(
      '02:58:05.020Z WARN  record.failing    prod-eu/net-payments-prod  record=rec-7bd5xw2mcy6ro rolling back\n',
    );
    expect(
      text('error', 'record.failed', { ...about, live: '1.4.0', reason: 'NatEip: "none" left.' }),
    ).toBe(
      '02:58:05.020Z ERROR record.failed     prod-eu/net-sandbox-a      live=1.4.0 reason="NatEip: \\"none\\" left."\n',
    );
    expect(
      text('error', 'product.stalled', about, 'not sent again until its document changes'),
    ).toBe(
      '02:58:05.020Z ERROR product.stalled   prod-eu/net-sandbox-a      not sent again until its document changes\n',
    );
  });

  it('keeps the columns of lines about no product, and lets long ones run over', () => {
    expect(text('info', 'daemon.started', { pid: 7 })).toBe(
      '02:58:05.020Z INFO  daemon.started    -                          pid=7\n',
    );
    expect(text('info', 'a.very.long.event.name', { target: 't' })).toBe(
      '02:58:05.020Z INFO  a.very.long.event.name  t\n',
    );
  });

  it('quotes what is not one word, and shows lists as JSON', () => {
    expect(text('info', 'x', { a: '', b: 'c=d', e: ['f', 1], g: null, h: false }).trim()).toMatch(
      / a="" b="c=d" e=\["f",1\] h=false$/,
    );
  });

  it('lets no value go on as a field of its own', () => {
    const value = fc.string({ unit: fc.constantFrom('\\', '"', ' ', '=', 'a', '\n') });
    fc.assert(
      fc.property(value, value, (first, second) => {
        const line = text('info', 'x', { first, second }).trimEnd();
        const words = line.slice(line.indexOf('first='));
        const parts =
          /^first=("(?:[^"\\]|\\.)*"|[^\s"=]*) second=("(?:[^"\\]|\\.)*"|[^\s"=]*)$/.exec(words);
        expect(parts, words).not.toBeNull();
      }),
    );
  });

  it('leaves the id and the revision of a product line to the JSON log', () => {
    const fields = { revision: 'd41a7c9', provisionedProductId: 'pp-1' };
    expect(text('info', 'x', { ...about, ...fields })).not.toMatch(/revision|pp-1/);
    expect(text('info', 'source.revision', fields)).toContain('revision=d41a7c9');
  });

  it('colours the level, and only on request', () => {
    const made = logging({ format: 'text', colour: true });
    made.log.write('error', 'x', {});
    expect(made.last()).toContain('\u001b[31mERROR\u001b[0m');
    made.log.write('info', 'x', {});
    expect(made.last()).not.toContain('\u001b');
  });
});

describe('on standard error', () => {
  const run = promisify(execFile);
  const program = `
    import { createLog } from './src/server/log.ts';
    const log = createLog({ level: 'info', format: 'json', destination: process.stderr,
      colour: false, clock: Date, redact: (text) => text });
    for (let n = 0; n < 2000; n += 1) log.write('info', 'line', { n, pad: 'x'.repeat(200) });
  `;
  const node = (code: string) => [process.execPath, ['--input-type=module', '-e', code]] as const;

  it('loses no line when the process exits right after', async () => {
    const [file, args] = node(`${program} process.exit(3);`);
    const ended = await run(file, args, { maxBuffer: 8e6 }).catch((error) => error);
    expect(ended.code).toBe(3);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(2000);
  });

  it('does not end the process when nobody reads any more', async () => {
    const [file, args] = node(`${program} console.log('alive');`);
    const shell = `"$0" "$@" 2> >(head -n 1 > /dev/null; exec 0<&-)`;
    const ended = await run('bash', ['-c', shell, file, ...args]);
    expect(ended.stdout).toBe('alive\n');
  });
});
