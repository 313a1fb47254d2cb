/**
 * How nft is started: nothing of the daemon's environment, a home that is not there (`nft -i` would keep a
 * history of its lines), and English, which is what the answers are read in.
 */
export const nftOptions = {
  cwd: '/',
  env: { HOME: '/nonexistent', INPUTRC: '/dev/null', TERM: 'dumb', LC_ALL: 'C' },
  stdio: 'pipe',
} as const;
