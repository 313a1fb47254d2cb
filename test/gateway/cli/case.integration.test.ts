import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import {
  addDocument,
  amend,
  answer,
  certify,
  decide as review,
  pdfOf,
  reviewerOf,
  submit,
} from '../reviewing.ts';
import {
  makeSigner,
  run,
  startGateway,
  type RunningGateway,
  type Signer,
  type TestAnswer,
} from '../running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;
let reviewer: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const idOf = (answered: TestAnswer) => answered.json<RegistrationView>().id;
/** As text, for a person. */
const show = async (id: string) => {
  const key = join(gateway.directory, 'reviewer/reviewer.key.json');
  return (await run('case', 'show', id, '--origin', gateway.origin, '--key', key)).stdout;
};
async function decide(...words: readonly string[]): Promise<unknown> {
  const { code, stdout } = await gateway.review(...words);
  expect({ words, code, stdout }).toMatchObject({ code: 0 });
  return (JSON.parse(stdout) as { registration: RegistrationView }).registration.state;
}

// Each command is a process of its own, which takes its time on a busy machine.
describe('the reviewers’ commands', { timeout: 180_000 }, () => {
  it('take a case through its course, and show what was asked, answered, sent and decided', async () => {
    const id = idOf(await submit(gateway, device));
    expect(await decide('file', id)).toBe('filed_with_authority');
    expect(await decide('ask', id, '--question', 'Which\u001b[2J number?')).toBe('needs_information');
    await addDocument(gateway, device, { id, content: pdfOf(), kind: 'cnic_front' });
    await answer(gateway, device, id, { text: 'This one.' });
    await review(gateway, { id, device, reviewer });
    await certify(gateway, device, id);
    expect(await decide('suspend', id, '--note', 'a laptop was lost')).toBe('suspended');
    // It has to be signed in a later second than the suspension.
    await expect.poll(async () => (await gateway.review('reinstate', id)).code, { timeout: 60_000 }).toBe(0);
    expect(await decide('renew', id, '--authority', 'pk-pta', '--valid-until', '2031-01-01')).toBe(
      'attested',
    );
    const shown = await show(id);
    const parts = [
      /reviewer +\d{4}-\d\d-\d\d Which.\[2J number\?/,
      /registrant +\d{4}-\d\d-\d\d This one\./,
      /document +[0-9a-f-]{36} {2}cnic_front, application\/pdf, 100 bytes/,
      /certificate [0-9a-f-]{36} valid/,
      /history \d+ +\d{4}-\d\d-\d\d renew by reviewer:/,
    ];
    for (const part of parts) expect(shown).toMatch(part);
    expect(shown).not.toContain('\u001b');
  });

  it('attest an amendment as one, and show both ends of it', async () => {
    const old = idOf(await submit(gateway, device));
    await review(gateway, { id: old, device, reviewer });
    const id = idOf(await amend(gateway, device, old));
    const { content } = JSON.parse((await gateway.review('show', id)).stdout) as { content: string };
    await addDocument(gateway, device, { id, content: pdfOf() });
    const seenBefore = await gateway.review('attest', id, '--authority', 'pk-pta', '--content', content);
    expect(JSON.parse(seenBefore.stdout)).toMatchObject({ problem: { code: 'case_differs' } });
    expect(await decide('attest', id, '--authority', 'pk-pta')).toBe('attested');
    expect(await show(id)).toContain(`amends      ${old}`);
    expect(await show(old)).toContain(`amended by  ${id}`);
  });

  it.each([
    ['ask', []],
    ['suspend', []],
    ['document', ['x']],
  ])('%s says what it needs', async (command, words) => {
    const outcome = await gateway.review(command, 'x', ...words);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('required option');
  });
});
