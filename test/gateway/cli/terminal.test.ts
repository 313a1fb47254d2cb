import { describe, expect, it } from 'vitest';
import { caseLines } from '#gateway/cli/print-case.ts';
import { printable } from '#gateway/cli/terminal.ts';
import type { CaseView } from '#shared/contract/gateway-contract.ts';

describe('what others wrote', () => {
  it.each([
    ['colours and cursor moves', '\u001b[2Jok\u009b2J', '�[2Jok�2J'],
    ['new lines', 'a\r\nstate: attested', 'a��state: attested'],
    ['line separators', 'a\u2028b\u2029c', 'a�b�c'],
    ['text that is turned round', 'a\u202Egnp.exe\u2066', 'a�gnp.exe�'],
    ['invisible characters and tags', 'a\u200bb\u{e0041}c\ufeff', 'a�b�c�'],
    ['Urdu', 'پاکستان ٹیلی کمیونیکیشن', 'پاکستان ٹیلی کمیونیکیشن'],
  ])('is printed without %s', (_, text, printed) => {
    expect(printable(text)).toBe(printed);
  });

  it('cannot keep a case from being shown by a date that no calendar has', () => {
    const shown: CaseView = {
      ...{ id: '0f8fad5b-d9cb-469f-a165-70867728950e', state: 'submitted', profile: 'pk-pta@1', route: 'B' },
      ...{ category: 'freelancer', endpoints: [], note: null, submitted_at: 1, changed_at: 1, fields: {} },
      ...{ devices: [], consent: { text: 'yes', given_at: Number.MAX_SAFE_INTEGER }, audit: [] },
      ...{ amends: null, amended_by: null, thread: [], documents: [], certificates: [] },
      ...{ completeness: 90, missing_documents: ['letter'], remarks: [{ field: 'ntn', text: 'Odd.' }] },
    };
    expect(caseLines(shown)).toContain('  consent     no date: yes');
    // Beside it what a reviewer looks for.
    expect(caseLines(shown)).toContain('  complete    90 %');
    expect(caseLines(shown)).toContain('  missing     document letter');
    expect(caseLines(shown)).toContain('  look at     ntn: Odd.');
  });
});
