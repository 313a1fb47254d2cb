/**
 * Where things are on Linux. Directories are made by the administrator (packaging, `sanad user enable`, the
 * lab) with owner and mode; no process creates them, so none needs the right to. A socket's directory, not
 * its mode, decides who reaches it.
 *
 * | directory                 | owner:group            | mode | what                                    |
 * | ------------------------- | ---------------------- | ---- | --------------------------------------- |
 * | /run/sanad/admin          | root:sanadd            | 0570 | sanadd.sock, root alone                 |
 * | /run/sanad/user/UID       | UID:sanadd             | 0570 | sanadd.sock, that user alone            |
 * | /run/sanad/relay/UID      | UID:sanad-fetch        | 0570 | relay.sock, that user alone             |
 * | /run/sanad/fetch          | sanad-fetch:sanadd     | 2750 | fetch.sock, the daemon alone            |
 * | /run/wireguard            | root:sanadd            | 0770 | wireguard-go's UAPI sockets             |
 * | /var/lib/sanad            | sanadd:sanadd          | 0700 | target, floors, lists, key sets         |
 * | /etc/sanad/anchor.d       | root:root              | 0755 | trust anchors, one NAME.json each       |
 * | /run/sanad/resolver       | root:sanadd            | 0775 | resolv.conf, where nobody manages it    |
 * | /etc/sanad/policy.d       | root:root              | 0755 | policy                                  |
 */
export const paths = {
  adminSocket: '/run/sanad/admin/sanadd.sock',
  userDirectory: '/run/sanad/user',
  userSocketName: 'sanadd.sock',
  relayDirectory: '/run/sanad/relay',
  relaySocketName: 'relay.sock',
  fetchSocket: '/run/sanad/fetch/fetch.sock',
  stateDirectory: '/var/lib/sanad',
  targetFileName: 'target.json',
  anchorDirectory: '/etc/sanad/anchor.d',
  /** To where the administrator may link /etc/resolv.conf; the service writes it. */
  resolvConf: '/run/sanad/resolver/resolv.conf',
  /** The system's own name servers then, in the administrator's words. */
  systemResolvConf: '/etc/sanad/resolv.conf',
  policyDirectory: '/etc/sanad/policy.d',
} as const;
