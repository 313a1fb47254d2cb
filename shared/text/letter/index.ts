import { english } from './en.ts';
import { urdu } from './ur.ts';

export const letterMessages = { en: english, ur: urdu } as const;
