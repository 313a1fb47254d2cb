import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startSecretService, type SecretService } from './secret-service.ts';
import { isRunning } from './session.ts';

const home = mkdtempSync(join(tmpdir(), 'sanad-home-'));
let service: SecretService;

beforeAll(async () => {
  service = await startSecretService({ home, prompter: 'silent' });
});

afterAll(async () => {
  await service.stop();
  rmSync(home, { recursive: true });
});

function startParent() {
  const program = join(import.meta.dirname, 'parent.ts');
  return spawn(process.execPath, [program], {
    env: service.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('a program that is done does not stay for its idle child, and takes it along', async () => {
  const parent = startParent();
  const [[line], [code]] = await Promise.all([
    once(createInterface(parent.stdout), 'line'),
    once(parent, 'exit'),
  ]);
  expect(code).toBe(0);
  await vi.waitFor(() => expect(isRunning(Number(line))).toBe(false));
});

test('a child that waits for a prompt dies with its parent, even a killed one', async () => {
  await service.lock();
  const parent = startParent();
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  expect(isRunning(Number(line))).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isRunning(Number(line))).toBe(false));
});
