import { english } from './en.ts';
import { urdu } from './ur.ts';

export const followUpMessages = { en: english, ur: urdu } as const;
