import { runCommand } from '../command.ts';
import { requireProgram } from '../program.ts';
import type { DeviceBackend } from './device-backend.ts';
import { KernelBackend } from './kernel-backend.ts';
import { UserspaceBackend } from './userspace-backend.ts';

interface DeviceNames {
  readonly device: string;
  readonly mark: number;
}

/** The kernel’s WireGuard where there is one: found out by asking for a device, once, at start. */
export async function chooseBackend(names: DeviceNames): Promise<DeviceBackend> {
  // A leftover of that name, of either kind, would make the question mean something else.
  await removeDevice(names);
  const words = ['link', 'add', 'dev', names.device, 'type', 'wireguard'];
  const outcome = await runCommand(requireProgram('ip'), words);
  return outcome.code === 0 ? new KernelBackend(names) : new UserspaceBackend(names);
}

/** That there is none is no failure. */
export async function removeDevice({ device }: Pick<DeviceNames, 'device'>): Promise<void> {
  await runCommand(requireProgram('ip'), ['link', 'del', 'dev', device]);
}
