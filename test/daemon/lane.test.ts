import { describe, expect, it } from 'vitest';
import { Lane } from '#daemon/lane.ts';

describe('a lane', () => {
  it('begins at once where nothing is under way', () => {
    const begun: string[] = [];
    void new Lane().run(() => Promise.resolve(begun.push('first')));
    expect(begun).toEqual(['first']);
  });

  it('begins nothing before all that was given earlier has ended', async () => {
    const lane = new Lane();
    const seen: string[] = [];
    const work = (name: string, turns: number) => async (): Promise<void> => {
      seen.push(`${name} begins`);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      seen.push(`${name} ends`);
    };
    const first = lane.run(work('first', 5));
    const second = lane.run(work('second', 3));
    // Given in the very moment in which the first ends, while the second waits.
    const third = first.then(() => lane.run(work('third', 0)));
    await Promise.all([second, third]);
    expect(seen).toEqual([
      ...['first begins', 'first ends'],
      ...['second begins', 'second ends'],
      ...['third begins', 'third ends'],
    ]);
  });

  it('goes on after work that fails, even at once, and tells whoever gave it', async () => {
    const lane = new Lane();
    const failing = lane.run(() => {
      throw new Error('no');
    });
    const next = lane.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await lane.run(() => Promise.resolve('again'))).toBe('again');
  });

  it('is idle when all that was given so far is done, failed or not', async () => {
    const lane = new Lane();
    let done = 0;
    lane.run(() => Promise.reject(new Error('no'))).catch(() => (done += 1));
    void lane.run(() => Promise.resolve((done += 1)));
    await lane.idle();
    expect(done).toBe(2);
  });

  it('takes work that work of its own gives, after it', async () => {
    const lane = new Lane();
    const seen: string[] = [];
    let inner: Promise<unknown> = Promise.resolve();
    await lane.run(async () => {
      inner = lane.run(() => Promise.resolve(seen.push('inner')));
      await Promise.resolve();
      seen.push('outer');
    });
    await inner;
    expect(seen).toEqual(['outer', 'inner']);
  });
});
