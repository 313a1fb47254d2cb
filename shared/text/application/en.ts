/** The way from nothing to submitted, around the interview. */
export const english = {
  tunnel: 'Which VPN connection is it for?',
  tunnel_file: 'The file that you got for your VPN (it ends in .conf)',
  tunnel_file_help:
    'The path of another .conf file works, too. Its secret keys go into your keychain and are never sent.',
  channel: 'To whom do you hand the application in?',
  channel_help:
    'The usual way: a registration office helps you, you file the application with {authority}, and you show the decision to the office.',
  channel_office: '{office}, and the portal of {authority}',
  channel_portal: 'The portal of {authority} alone',
  route_found: 'Found: {route}. {because}',
  declaration: 'Do you declare this?',
  consent_office: 'Send it?',
  consent_portal: 'Is it complete and right as shown?',
  consent_yes_office: 'Yes, I consent to what is shown: send it',
  consent_yes_portal: 'Yes: make it ready for the portal',
  consent_change: 'Change or add something',
  consent_no: 'Not now; keep what I answered',
  consent_text:
    'I ask {office} ({origin}) to take this registration. What is shown is sent to them and to nobody else by this program. They keep it as they say: {retention}.',
  consent_text_portal:
    'Nothing is sent by this program. What is shown is made ready on this computer, so that I can file it myself.',
  rules: 'Rules',
  way: 'Way of registering',
  applicant: 'Applicant',
  vpn_server: 'VPN server',
  vpn_server_at: '{host}, port {port}, public key {key}',
  this_computer: 'This computer',
  this_computer_key: 'its public key',
  nothing_secret: 'No secret key is sent, and nothing of your traffic.',
  kept_as: 'They keep it as they say: {retention}.',
  by_yourself: 'You file this yourself at the portal of {authority}; this program sends nothing there.',
  change: 'What do you want to change or add?',
  change_blank: 'not filled in',
  document_type: '“{document}” has to be one of these: {types}.',
  stamp_purpose: 'VPN registration with {authority}',
} as const;
