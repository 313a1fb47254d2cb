/**
 * As a person of the lab: asks the gateway for another certificate and gives it to the running tunnel, as the app
 * does when a certificate is due. Prints what happened as one JSON line.
 *   renew.mjs TUNNEL
 */
import { configDirectory } from '#client/config-directory.ts';
import { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import { findAnchor } from '#client/anchor/read-anchors.ts';
import { deviceKey } from '#client/device/device-key.ts';
import { signDeviceProof } from '#client/device/sign-proof.ts';
import { GatewayClient } from '#client/gateway/gateway-client.ts';
import { systemKeychain } from '#client/keychain.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { paths } from '#shared/contract/paths.ts';

const [name = ''] = process.argv.slice(2);
const uid = process.getuid?.() ?? 0;
const options = { configDirectory: configDirectory(), keychain: systemKeychain };
const now = (): number => Math.floor(Date.now() / 1000);

const tunnels = new TunnelStore(options);
const tunnel = await tunnels.get(name);
const configuration = await tunnels.configurationOf(tunnel);
const registrations = await new RegistrationStore(options.configDirectory).all();
const [registration] = registrations;
if (registration === undefined) throw new Error('no registration');
const key = await deviceKey(options);
const gateway = new GatewayClient({
  anchor: await findAnchor({ directory: paths.anchorDirectory, ownerUid: 0 }, registration.origin),
  relaySocket: `${paths.relayDirectory}/${uid}/${paths.relaySocketName}`,
  now,
  signer: key,
});
const answer = await gateway.ask('certificate', { id: registration.view.id, body: {} });
const { certificate } = answer;
const path = `${paths.userDirectory}/${uid}/${paths.userSocketName}`;
const daemon = await DaemonConnection.open({ path, program: 'renew' });
await daemon.request('deliver', { keySet: answer.key_set, statusList: answer.status_list });
const challenge = await daemon.request('challenge', {});
const deviceProof = signDeviceProof({ key, certificate, configuration, ...challenge, now: now() });
await daemon.request('replaceRegistration', { certificate, deviceProof });
const { state } = daemon.status;
daemon.close();
console.log(JSON.stringify({ isNew: certificate !== registration.certificate, state: state.kind }));
process.exit(0);
