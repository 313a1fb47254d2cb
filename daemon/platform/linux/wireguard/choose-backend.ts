import { runCommand } from '../command.ts';
import { requireProgram } from '../program.ts';
import type { DeviceBackend } from './device-backend.ts';
import { KernelBackend } from './kernel-backend.ts';
import { UserspaceBackend } from './userspace-backend.ts';

/** The kernel's WireGuard where there is one: found out by asking for a device, once, at start. */
export async function chooseBackend(options: {
  readonly device: string;
  readonly mark: number;
}): Promise<DeviceBackend> {
  const ip = requireProgram('ip');
  // A leftover of that name, of either kind, would make the question mean something else.
  await runCommand(ip, ['link', 'del', 'dev', options.device]);
  const outcome = await runCommand(ip, ['link', 'add', 'dev', options.device, 'type', 'wireguard']);
  return outcome.code === 0 ? new KernelBackend(options) : new UserspaceBackend(options);
}
