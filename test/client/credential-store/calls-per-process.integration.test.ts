import { describe, expect, test, vi } from 'vitest';
import { CALLS_PER_PROCESS } from '#client/credential-store/child-process.ts';
import { inSession, isRunning } from './session.ts';

const SERVICE = 'sanad';

describe('the process behind the keychain', () => {
  test('is followed by another before what its calls hold open is more than a bus allows', async () => {
    await inSession({}, async ({ store, service, children }) => {
      await store.setPassword(SERVICE, 'device-key', 'one');
      const seen: number[] = [];
      const see = async () => void seen.push(await service.connections());
      // All wait at once; every second one is of the kind that holds most open.
      const answers = await Promise.all(
        Array.from({ length: 300 }, async (_, i) => {
          const answer = await store.getPassword(SERVICE, i % 2 === 0 ? 'device-key' : `never-set-${i}`);
          if (i % 10 === 0) await see();
          return answer;
        }),
      );
      expect(answers).toEqual(answers.map((_, i) => (i % 2 === 0 ? 'one' : null)));
      expect(Math.max(...seen)).toBeLessThan(100);
      expect(children.filter(isRunning)).toHaveLength(1);
      expect(children.length).toBeLessThan(30);
    });
  });

  test('has a follower that is started ahead of the next call, and that ends when none comes', async () => {
    await inSession({ idleMs: 500 }, async ({ store, children }) => {
      for (let i = 0; i < CALLS_PER_PROCESS; i += 1) await store.lookAtAccounts(SERVICE);
      expect(children).toHaveLength(2);
      await vi.waitFor(() => expect(children.filter(isRunning)).toEqual([]), { timeout: 20_000 });
      await store.setPassword(SERVICE, 'device-key', 'one');
      expect(children).toHaveLength(3);
    });
  });
});
