import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SocketServer } from '#daemon/service/socket-server.ts';
import { openFetchSocket } from '#fetch/service/fetch-socket.ts';
import { personUid, ServiceScene } from '#test/daemon/service/service-scene.ts';
import { issueStatusList, NOW } from '#test/shared/registration/issue.ts';
import { startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';

const isRoot = process.getuid?.() === 0;

/** A user owns the folder of their socket and may do there what they like. */
describe('planted in the folder of one’s own socket', () => {
  let scene: ServiceScene;
  beforeEach(() => {
    scene = new ServiceScene();
    scene.trustGateway();
  });
  afterEach(() => scene.remove());

  async function othersAreServed(): Promise<boolean> {
    const administrator = await scene.greeted(scene.adminSocket);
    return (await administrator.request('challenge')).result !== undefined;
  }

  test('a link to somebody else’s file: the file stays, the link goes', async () => {
    const victim = join(scene.directory, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, scene.userSocket);
    await scene.start();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(scene.userSocket).isSocket()).toBe(true);
    await scene.greeted();
  });

  test('a link to another socket: nobody is connected elsewhere, and the other socket stays', async () => {
    const other = createServer().listen(join(scene.directory, 'other.sock'));
    symlinkSync(join(scene.directory, 'other.sock'), scene.userSocket);
    await scene.start();
    await scene.stop();
    expect(existsSync(join(scene.directory, 'other.sock'))).toBe(true);
    other.close();
  });

  test.each([
    ['a folder with things in it', (path: string) => mkdirSync(join(path, 'full'), { recursive: true })],
    ['a pipe that nobody reads', (path: string) => void execFileSync('mkfifo', [path])],
    ['a link to itself', (path: string) => symlinkSync(path, path)],
  ])('%s: the service starts, and the administrator is served', async (_, plant) => {
    plant(scene.userSocket);
    await scene.start();
    expect(await othersAreServed()).toBe(true);
  });

  test('swapped for a link while the service runs, it is taken away alone when the user is disabled', async () => {
    await scene.start();
    const victim = join(scene.directory, 'victim');
    writeFileSync(victim, 'precious');
    rmSync(scene.userSocket);
    symlinkSync(victim, scene.userSocket);
    const administrator = await scene.greeted(scene.adminSocket);
    expect((await administrator.request('disableUser', { uid: personUid })).result).toEqual({});
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('a link in place of the whole folder is not entered', async () => {
    const elsewhere = join(scene.directory, 'elsewhere');
    renameSync(scene.userDirectory, elsewhere);
    symlinkSync(elsewhere, scene.userDirectory);
    await scene.start();
    expect(existsSync(join(elsewhere, 'sanadd.sock'))).toBe(false);
    expect(await othersAreServed()).toBe(true);
  });
});

/** Whoever writes there decides whom and what this machine trusts. */
describe('planted among the administrator’s files', () => {
  let scene: ServiceScene;
  const policy = (): string => join(scene.directory, 'policy.d/10.json');
  const anchor = (): string => join(scene.directory, 'anchor.d/test.json');
  const loose = '{"continue_without_tunnel":true}';
  beforeEach(() => {
    scene = new ServiceScene();
    scene.trustGateway();
    writeFileSync(policy(), loose, { mode: 0o644 });
  });
  afterEach(() => scene.remove());

  async function connectsTo(): Promise<string | undefined> {
    await scene.start();
    return (await scene.connect(await scene.greeted())).problem?.code;
  }

  test('the files as they should be open the gate', async () => {
    expect(await connectsTo()).toBeUndefined();
  });

  test.each<[string, () => void]>([
    ['a file that others may write', () => chmodSync(anchor(), 0o666)],
    ['a folder that others may write', () => chmodSync(join(scene.directory, 'anchor.d'), 0o777)],
    ['a folder above it that others may write', () => chmodSync(scene.directory, 0o777)],
    [
      'a link to a good file',
      () => {
        renameSync(anchor(), join(scene.directory, 'elsewhere.json'));
        symlinkSync(join(scene.directory, 'elsewhere.json'), anchor());
      },
    ],
    [
      'a link in place of the folder',
      () => {
        renameSync(join(scene.directory, 'anchor.d'), join(scene.directory, 'elsewhere.d'));
        symlinkSync(join(scene.directory, 'elsewhere.d'), join(scene.directory, 'anchor.d'));
      },
    ],
    [
      'a pipe',
      () => {
        rmSync(anchor());
        execFileSync('mkfifo', [anchor()]);
      },
    ],
    ['a file of a megabyte', () => writeFileSync(anchor(), ' '.repeat(1024 * 1024))],
  ])('an anchor behind %s is no anchor', async (_, plant) => {
    plant();
    expect(await connectsTo()).toBe('key_set_missing');
  });

  test.runIf(isRoot)('an anchor of another user is no anchor', async () => {
    chownSync(anchor(), 4242, 4242);
    expect(await connectsTo()).toBe('key_set_missing');
  });

  test.each<[string, () => void]>([
    ['may be written by others', () => chmodSync(policy(), 0o666)],
    ['stands in a folder that others may write', () => chmodSync(join(scene.directory, 'policy.d'), 0o777)],
    ['is a link', () => [renameSync(policy(), `${policy()}.x`), symlinkSync(`${policy()}.x`, policy())]],
  ])('where a policy %s, the strictest is in force', async (_, plant) => {
    plant();
    await scene.start();
    const client = await scene.greeted();
    expect((await scene.connect(client)).result).toBeDefined();
    await client.status(({ state }) => state.kind === 'connected');
    const statusList = issueStatusList(scene.gateway, { statuses: { 7: 1 }, iat: NOW - 30 });
    await client.request('deliver', { statusList });
    await client.status(({ state }) => state.kind === 'blocked');
    expect((await client.request('disconnect')).problem?.code).toBe('tunnel_required');
  });
});

/** MUL-01-006, GHSA-p9rr-wc9m-qmwg: a socket that is everybody's for the moment between bind and chmod. */
describe('the moment of bind', () => {
  test('a socket has its mode from the first moment on, whatever the umask is', async () => {
    const fetcher = await startFetcher();
    const daemonSocket = join(fetcher.directory, 'daemon.sock');
    const fetchSocket = join(fetcher.directory, 'again.sock');
    const watching = watchModes([daemonSocket, fetchSocket]);
    await watching.ready;
    const umask = process.umask(0);
    try {
      for (let turn = 0; turn < 100; turn += 1) {
        const server = await SocketServer.listen({ path: daemonSocket, welcome: () => unused() });
        const other = await openFetchSocket(fetchSocket, () => unused());
        server.close();
        other.close();
      }
    } finally {
      process.umask(umask);
      await fetcher.close();
    }
    expect(await watching.modes()).toEqual({ [daemonSocket]: [0o666], [fetchSocket]: [0o660] });
  });
});

function unused(): never {
  throw new Error('nobody connects');
}

/** Looks at the files' modes without a pause, beside the thread that makes them. */
function watchModes(paths: readonly string[]) {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { lstatSync } = require('node:fs');
    const modes = Object.fromEntries(workerData.paths.map((path) => [path, new Set()]));
    parentPort.postMessage('ready');
    while (Atomics.load(workerData.stop, 0) === 0)
      for (const path of workerData.paths) {
        const state = lstatSync(path, { throwIfNoEntry: false });
        if (state !== undefined) modes[path].add(state.mode & 0o777);
      }
    parentPort.postMessage(Object.fromEntries(Object.entries(modes).map(([path, seen]) => [path, [...seen]])));`;
  const worker = new Worker(program, { eval: true, workerData: { paths, stop } });
  const message = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
  const ready = message();
  return {
    ready,
    modes: async (): Promise<unknown> => {
      const seen = message();
      Atomics.store(stop, 0, 1);
      return await seen;
    },
  };
}

/** One user’s folder must not cost another user the relay. */
describe('relay folders that come and go while they are looked at', () => {
  let fetcher: TestFetcher;
  beforeEach(async () => {
    fetcher = await startFetcher();
  });
  afterEach(() => fetcher.close());

  test('keep no other user’s relay from staying open', async () => {
    const inode = lstatSync(fetcher.relaySocket).ino;
    const churn = `cd ${fetcher.directory}/relay; while :; do mkdir {10..99}; rm -rf {10..99}; done`;
    const child = spawn('bash', ['-c', churn], { stdio: 'ignore' });
    try {
      for (let turn = 0; turn < 200; turn += 1) {
        await fetcher.relays.rescan();
        expect(lstatSync(fetcher.relaySocket, { throwIfNoEntry: false })?.ino).toBe(inode);
      }
    } finally {
      child.kill('SIGKILL');
    }
  });
});
