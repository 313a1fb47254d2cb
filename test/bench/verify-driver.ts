/** Runs bundled, as the daemon does: prints one JSON line. */
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { acceptStatusList, type StatusValue } from '#shared/registration/status-list.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import {
  clockAt,
  issueStatusList,
  makeScene,
  NOW,
  proveDevice,
  type Scene,
} from '#test/shared/registration/issue.ts';
import { median } from './figure.ts';

const ROUNDS = 400;
const LISTS = 40;
const MILLION = 1_000_000;
/** As in the reference: 2,000 of a million entries are revoked, scattered. */
const REVOKED = 2000;

export interface VerifyTimes {
  /** Milliseconds, medians. */
  readonly single: number;
  readonly withList: number;
}

function measureVerify(): VerifyTimes {
  const scene = makeScene();
  const single = freshProofs(scene, ROUNDS).map((deviceProof) => timed(() => pass(scene, deviceProof)));
  const lists = Array.from({ length: LISTS }, (_, number) => newList(scene, number));
  const withList = freshProofs(scene, LISTS).map((deviceProof, number) =>
    timed(() => {
      accept(scene, lists[number] ?? '');
      pass(scene, deviceProof);
    }),
  );
  return { single: median(single.slice(ROUNDS / 4)), withList: median(withList.slice(LISTS / 4)) };
}

type DeviceProof = Scene['options']['deviceProof'];

function freshProofs({ device, options }: Scene, count: number): DeviceProof[] {
  return Array.from({ length: count }, (_, number) => {
    const asked = { nonce: Buffer.from(`nonce ${number}`).toString('base64url'), instance: 'instance-1' };
    return { ...asked, text: proveDevice({ device, ...options, ...asked }) };
  });
}

function pass({ options }: Scene, deviceProof: DeviceProof): void {
  const { kind } = verifyRegistration({ ...options, deviceProof });
  if (kind !== 'verified') throw new Error('the bench’s own registration was refused');
}

function newList({ gateway }: Scene, number: number): string {
  const statuses: Record<number, StatusValue> = {};
  for (let i = 0; i < REVOKED; i += 1) statuses[8 + ((i * 7919 + number) % (MILLION - 8))] = 1;
  return issueStatusList(gateway, { size: MILLION, iat: NOW - 1000 + number, statuses });
}

function accept({ options }: Scene, text: string): void {
  const keySet = options.keySets[0];
  if (keySet === undefined) throw new Error('the bench has no key set');
  const list = acceptStatusList({
    text,
    keySet,
    stored: undefined,
    clock: clockAt(NOW),
    primitives: nodePrimitives,
  });
  if (list.statusAt(7) !== 0) throw new Error('the bench’s own entry is not valid');
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

console.log(JSON.stringify(measureVerify()));
