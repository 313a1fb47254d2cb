import type { z } from 'zod';

/** Where the first thing is wrong and what, for the detail of a refusal: names and rules of ours, nothing of what was found. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not as it should be';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
