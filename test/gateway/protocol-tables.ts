import { transitions } from '#gateway/case/transition.ts';
import { problemStatuses } from '#gateway/http/problem.ts';
import { gatewayRoutes } from '#shared/contract/gateway-contract.ts';

/** The tables of docs/protocol.md that say what the code says: made from the code, compared by a test. */
export const protocolTables: Readonly<Record<string, () => readonly string[]>> = {
  transitions: () => [
    '| act | by | from | to |',
    '| --- | --- | --- | --- |',
    ...transitions.map(({ action, by, from, to }) => {
      const states = from.map((state) => (state === null ? '(nothing)' : `\`${state}\``)).join(', ');
      return `| \`${action}\` | ${by} | ${states} | ${to === 'same' ? 'the same' : `\`${to}\``} |`;
    }),
  ],
  routes: () => [
    '| route | signed by | body | answer |',
    '| --- | --- | --- | --- |',
    ...Object.entries(gatewayRoutes).map(([name, { method, path, signedBy, body, answer }]) => {
      const content = [body === null ? '' : typeof body === 'string' ? `a ${body}` : 'JSON', kindOf(answer)];
      return `| ${name}: \`${method} ${path}\` | ${signedBy} | ${content.join(' | ')} |`;
    }),
  ],
  problems: () => [
    '| HTTP | codes |',
    '| --- | --- |',
    ...[...byStatus()].map(
      ([status, codes]) => `| ${status} | ${codes.map((code) => `\`${code}\``).join(', ')} |`,
    ),
  ],
};

function kindOf(answer: unknown): string {
  if (answer === null) return 'a compact JWS';
  if (answer === 'events') return 'events';
  return answer === 'document' ? 'a document' : 'JSON';
}

function byStatus(): ReadonlyMap<number, readonly string[]> {
  const codes = Object.entries(problemStatuses).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const all = new Map<number, string[]>();
  for (const [code, status] of codes.toSorted(([, one], [, other]) => one - other)) {
    all.set(status, [...(all.get(status) ?? []), code]);
  }
  return all;
}
