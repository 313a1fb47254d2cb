/** Keys made for tests; nothing real uses them. */
export const PRIVATE_KEY = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
export const PRESHARED_KEY = 'FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=';
export const PUBLIC_KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';

export const exampleConf = `[Interface]
PrivateKey = ${PRIVATE_KEY}
Address = 10.66.66.2/32, fd66::2/128
DNS = 10.66.66.1, corp.example
PostUp = touch /tmp/never
[Peer]
PublicKey = ${PUBLIC_KEY}
PresharedKey = ${PRESHARED_KEY}
Endpoint = vpn.example:51820
AllowedIPs = 0.0.0.0/0, ::/0
PersistentKeepalive = 25
`;
