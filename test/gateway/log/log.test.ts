import { describe, expect, it } from 'vitest';
import { createLog, type LogEntry } from '#gateway/log/log.ts';
import { issuerError } from '#gateway/issuer/problem.ts';

const MARK = 'Ayesha-Khan-0300-1234567';

function written(entry: LogEntry): Readonly<Record<string, unknown>> {
  let text = '';
  createLog('test', { write: (line) => void (text += line) })(entry);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

describe('a log line', () => {
  it('of a request has these members and no others, whatever it was given', () => {
    const entry = {
      event: 'request',
      ...{ method: 'GET', route: '/v1/case/:id', status: 404, code: 'x', milliseconds: 3, isRoutine: false },
      ...{ address: MARK, headers: { cookie: MARK } },
    } as const;
    expect(Object.keys(written(entry)).toSorted()).toEqual(
      ['code', 'event', 'level', 'method', 'milliseconds', 'route', 'service', 'status', 'time'].toSorted(),
    );
  });

  it('is not written for public files that were read', () => {
    const read = {
      event: 'request',
      method: 'GET',
      route: '/v1/key-set',
      status: 200,
      milliseconds: 1,
    } as const;
    expect(() => written({ ...read, isRoutine: true })).toThrow(SyntaxError);
    expect(written({ ...read, isRoutine: false })).toMatchObject({ route: '/v1/key-set' });
  });

  it('of an error says where, never what it was about', () => {
    const quoting = new Error(`near "${MARK}"\n    at ${MARK} (file:1:1)\nsyntax`, {
      cause: Object.assign(new TypeError(MARK), { code: MARK, detail: `Key (id)=(${MARK})` }),
    });
    quoting.name = MARK;
    for (const error of [
      quoting,
      MARK,
      { message: MARK },
      issuerError('issuer_failed', { cause: quoting }),
    ]) {
      for (const event of ['failure', 'trouble'] as const) {
        expect(JSON.stringify(written({ event, at: 'request', error }))).not.toContain(MARK);
      }
    }
  });

  it('of an error has its code and its place in the program', () => {
    const error = Object.assign(new Error('secret'), { code: '23505' });
    const line = written({ event: 'failure', at: 'request', error });
    expect(line).toMatchObject({ level: 'error', name: 'Error', code: '23505' });
    expect(JSON.stringify(line['frames'])).toContain('log.test.ts');
  });

  it('of a problem has its code and its cause’s', () => {
    const error = issuerError('issuer_unavailable', { cause: new RangeError('x') });
    const line = written({ event: 'trouble', at: 'status_list', error });
    expect(line).toMatchObject({ level: 'warn', code: 'issuer_unavailable', cause: { name: 'RangeError' } });
  });
});
