import { endpointsOf } from '#client/registration/read-certificate.ts';
import { consentText, type Application } from '#client/registration/submit.ts';
import { strong, type Line } from '../answer.ts';
import { table } from '../terminal/table.ts';

/** What leaves this computer, to whom, and the words that are consented to. */
export function previewApplication(application: Application): readonly Line[] {
  const { tunnel, anchor, profile, route, category, fields } = application;
  const servers = endpointsOf(tunnel).map(
    ({ host, port, publicKey }) => `${host}, port ${port}, key ${publicKey}`,
  );
  return [
    strong(`This is sent to ${anchor.operator.legal_name} (${anchor.origin}):`),
    ...table([
      ['  Rules', `${profile}, route ${route}, category ${category}`],
      ...Object.entries(fields).map(([field, value]) => [`  ${field}`, value] as const),
      ...servers.map((server) => ['  VPN server', server] as const),
      ['  This computer', 'its public key'],
    ]),
    'No secret key is sent, and nothing of your traffic.',
    strong('You consent to this:'),
    `  ${consentText(anchor)}`,
  ];
}
