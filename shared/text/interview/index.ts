import { english } from './en.ts';
import { urdu } from './ur.ts';

export const interviewMessages = { en: english, ur: urdu } as const;
